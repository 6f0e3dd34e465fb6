/** A queued task. */
export interface Task {
  /** Must not reject. */
  run: () => Promise<void>;
  /** Called with the reason when it will not run. */
  drop: (reason: string) => void;
}

/**
 * Runs tasks in order, `atOnce` concurrently; drops the oldest waiting one when more than `maxWaiting` wait.
 */
export function createQueue({ atOnce, maxWaiting }: { atOnce: number; maxWaiting: number }) {
  const waiting: Task[] = [];
  const underWay = new Set<Promise<void>>();
  /** Why nothing more is run, once ended. */
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

    /** Drops all waiting tasks, and later ones. */
    end(reason: string): void {
      ended ??= reason;
      for (const task of waiting.splice(0)) task.drop(ended);
    },

    /** Resolves when nothing runs or waits. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
