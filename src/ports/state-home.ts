/** Where an engine keeps its state, so that it can tell a copy of that state from its own. */
export type StateHome = {
  /** Known once the state is open. */
  place(): Promise<StatePlace>;
  /** The process that works with the state in a folder; `undefined` when none does, or nobody here can tell. */
  userOf(folder: string): Promise<string | undefined>;
};

export type StatePlace = {
  readonly folder: string;
  /** Stays with the folder when it is moved, and does not go along with a copy. */
  readonly identity: string;
};
