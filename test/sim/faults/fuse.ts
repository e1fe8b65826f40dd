/** A process that can die: at once, or with one of its next writes. Nothing it does afterwards has an effect. */
export interface Fuse {
  readonly dead: boolean;
  /** Lets a call through while the process lives. */
  read<T>(work: () => Promise<T>): Promise<T>;
  write<T>(work: () => Promise<T>): Promise<T>;
  kill(): void;
  /** Dies with the n-th write from now; the write takes effect or not, and its answer never comes. */
  dieWithWrite(writes: number, options: { readonly takesEffect: boolean; readonly onDeath: () => void }): void;
}

interface Death {
  writes: number;
  readonly takesEffect: boolean;
  readonly onDeath: () => void;
}

const gone = (): Error => new Error("the process is dead");

export function createFuse(): Fuse {
  let dead = false;
  let death: Death | undefined;
  const isLast = (): boolean => {
    if (death === undefined) return false;
    death.writes -= 1;
    return death.writes <= 0;
  };
  const die = async (work: () => Promise<unknown>, { takesEffect, onDeath }: Death): Promise<never> => {
    dead = true;
    try {
      if (takesEffect) await work();
    } finally {
      onDeath();
    }
    throw gone();
  };
  return {
    get dead() {
      return dead;
    },
    kill: () => {
      dead = true;
    },
    dieWithWrite: (writes, options) => {
      death = { writes, ...options };
    },
    read: async (work) => {
      if (dead) throw gone();
      return work();
    },
    write: async (work) => {
      if (dead) throw gone();
      return isLast() && death !== undefined ? die(work, death) : work();
    },
  };
}
