/** An action of S3's policies that a key may be granted in a bucket. */
export type Right =
  | 's3:CreateBucket'
  | 's3:ListBucket'
  | 's3:ListBucketMultipartUploads'
  | 's3:ListBucketVersions'
  | 's3:GetBucketVersioning'
  | 's3:GetObject'
  | 's3:PutObject'
  | 's3:DeleteObject'
  | 's3:DeleteObjectVersion'
  | 's3:AbortMultipartUpload';

/** Why S3 refuses. */
export interface Refusal {
  /** What to fix, with its setting: a sentence for operators. */
  detail: string;
  /** Whether it concerns one locked object alone. */
  isLock: boolean;
}

const keyHint = 'look at S3_ACCESS_KEY and S3_SECRET_KEY';

/** The detail where there are no credentials. */
export const noCredentials =
  'There are no credentials for S3: set S3_ACCESS_KEY and S3_SECRET_KEY, or what the AWS SDK looks for, such as AWS_ACCESS_KEY_ID';

/** By S3's own codes (Amazon S3 API Reference, "Error responses"). */
const details: Record<string, string> = {
  NoSuchBucket:
    'there is no such bucket: make the one that S3_BUCKET names, or have the app make it by S3_CREATE_BUCKET=on',
  InvalidAccessKeyId: 'it does not know this access key: look at S3_ACCESS_KEY',
  SignatureDoesNotMatch: 'the secret does not belong to the access key: look at S3_SECRET_KEY',
  ExpiredToken: 'the session token has expired: look at S3_SESSION_TOKEN',
  InvalidToken: 'the session token is not valid: look at S3_SESSION_TOKEN',
  TokenRefreshRequired: 'the session token has expired: look at S3_SESSION_TOKEN',
  RequestTimeTooSkewed: "this machine's clock and S3's differ by more than it allows: set the clock",
  PermanentRedirect: 'the bucket is at another address: look at AWS_REGION and S3_ENDPOINT',
  AuthorizationHeaderMalformed: 'the bucket is in another region: look at AWS_REGION',
  SecondLevelDomainForbidden: 'it takes no bucket in the path: set S3_FORCE_PATH_STYLE=off',
};

/** Whether a refusal is for an object lock: AWS and MinIO send AccessDenied with a sentence. */
const isAboutLock = (code: string, message: string) =>
  /ObjectLocked|InvalidRetention/.test(code) || /object lock|WORM|retention|legal hold/i.test(message);

/**
 * Why S3 refuses a request, where a retry does not help.
 * @param code S3's error code; the status's name where there is none, as in every response to HEAD
 * @param right the one that the request needs
 * @returns undefined where it is no refusal
 */
export function refusalOf(
  { code, message, status }: { code: string; message: string; status: number | undefined },
  right: Right,
): Refusal | undefined {
  if (code === 'CredentialsProviderError') return { detail: noCredentials, isLock: false };
  const known = details[code];
  if (known !== undefined) return { detail: `S3 refuses: ${known} (${code})`, isLock: false };
  const isLock = isAboutLock(code, message);
  if (isLock) return { detail: `S3 refuses: the object is locked (${code}: ${message})`, isLock };
  if (status !== 401 && status !== 403) return undefined;
  return { detail: `S3 refuses: ${right} is needed (${code}): ${keyHint}`, isLock };
}
