import { auditListInputSchema } from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { Audit } from './audit.ts';

/** What these procedures delegate to. */
export interface AuditCollaborators {
  auditLog: Pick<Audit, 'list'>;
}

export const auditProcedures = {
  /** A page of audit entries, newest first. */
  list: proceduresWith<AuditCollaborators>()
    .input(auditListInputSchema)
    .query(({ ctx, input }) => ctx.auditLog.list(input)),
};
