/** Something that is done when its turn comes. */
export interface Task {
  /** Must not reject. */
  run: () => Promise<void>;
  /** Its turn does not come: hears why. */
  drop: (reason: string) => void;
}

/**
 * Does what is added in that order, `atOnce` of it at the same time; the oldest that waits is
 * dropped when more than `maxWaiting` do.
 */
export function createQueue({ atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }) {
  const waiting: Task[] = [];
  const underWay = new Set<Promise<void>>();
  /** Why nothing more is begun, once it is so. */
  let ended: string | undefined;

  function next(): void {
    while (underWay.size < atOnce) {
      const task = waiting.shift();
      if (!task) return;
      const done = task.run().finally(() => {
        underWay.delete(done);
        next();
      });
      underWay.add(done);
    }
  }

  return {
    add(task: Task): void {
      if (ended !== undefined) return task.drop(ended);
      waiting.push(task);
      next();
      if (waiting.length > maxWaiting) waiting.shift()?.drop(`more than ${maxWaiting} were waiting`);
    },

    /** Begins nothing more. */
    end(reason: string): void {
      ended ??= reason;
      for (const task of waiting.splice(0)) task.drop(ended);
    },

    /** Resolves when nothing is under way, nor waits. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
