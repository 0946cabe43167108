/** Commands as a user would type them into a shell. */

const PLAIN = /^[\w./:=@%+,-]+$/;

/** One word for the shell, in quotes where it needs them. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export type CommandLine = {
  readonly verb: string;
  readonly file: string;
  readonly set?: readonly string[] | undefined;
  readonly setFile?: string | undefined;
};

/** `berth validate task.json --set TAG=1`: the same file with what was filled in before. */
export function berthCommand({ verb, file, set = [], setFile }: CommandLine): string {
  const values = set.map((each) => `--set ${shellWord(each)}`);
  const fromFile = setFile === undefined ? [] : [`--set-file ${shellWord(setFile)}`];
  return ["berth", verb, shellWord(file), ...fromFile, ...values].join(" ");
}
