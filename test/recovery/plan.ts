/** What the program is told. Paths are absolute. */
export type ProgramPlan = {
  readonly seed: string;
  readonly tasks: number;
  readonly endpoint: string;
  readonly engineId: string;
  /** Of the state. */
  readonly folder: string;
  readonly journal: string;
  /** `share` 0 for a life without them. */
  readonly failpoints: { readonly file: string; readonly share: number };
};
