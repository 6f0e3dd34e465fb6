import { proceduresWith } from '../access/procedures.ts';
import type { System } from './system.ts';

/** What these procedures delegate to. */
export interface SystemCollaborators {
  system: Pick<System, 'status'>;
}

export const systemProcedures = {
  /** What works now, and what is still being set up. */
  status: proceduresWith<SystemCollaborators>().query(({ ctx }) => ctx.system.status()),
};
