import { ConnectionError, DisconnectReason } from 'livekit-client';
import t from 'tap';
import { connectFailure, disconnectNotice } from './disconnect-notice.ts';

t.test('why a call could not be joined is told apart', async (t) => {
  const of = (error: unknown) => connectFailure(error);
  t.match(of(ConnectionError.notAllowed('invalid token', 401)), {
    sentence: /does not let you in/,
    retryable: false,
  });
  t.match(of(ConnectionError.notAllowed('requested room does not exist', 404)), {
    sentence: /room was closed/,
  });
  t.match(of(ConnectionError.leaveRequest('full', DisconnectReason.JOIN_FAILURE)), {
    sentence: /may be full/,
  });
  t.match(of(ConnectionError.serverUnreachable('x')), { sentence: /cannot be reached/, retryable: true });
  t.match(of(ConnectionError.websocket('x')), { sentence: /cannot be reached/, retryable: true });
  t.match(of(ConnectionError.timeout('x')), { sentence: /firewall/, retryable: true });
  t.match(of(new Error('x')), { sentence: /Something went wrong/ });
});

t.test('a call that was ended for good is not come back to', async (t) => {
  const { DUPLICATE_IDENTITY, PARTICIPANT_REMOVED, ROOM_DELETED, SERVER_SHUTDOWN } = DisconnectReason;
  for (const reason of [DUPLICATE_IDENTITY, PARTICIPANT_REMOVED, ROOM_DELETED])
    t.equal(disconnectNotice(reason).retryable, false);
  for (const reason of [SERVER_SHUTDOWN, DisconnectReason.SIGNAL_CLOSE, undefined])
    t.equal(disconnectNotice(reason).retryable, true);
});
