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
  readonly image?: readonly string[] | undefined;
  readonly volume?: readonly string[] | undefined;
  readonly overrides?: string | undefined;
};

/** `berth validate task.json --set TAG=1`: the same file with what was filled in and changed before. */
export function berthCommand({ verb, file, set, setFile, image, volume, overrides }: CommandLine): string {
  const one = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name} ${shellWord(value)}`]);
  const each = (name: string, values: readonly string[] = []) => values.flatMap((value) => one(name, value));
  const given = [
    ...one("--overrides", overrides),
    ...each("--image", image),
    ...one("--set-file", setFile),
    ...each("--set", set),
    ...each("--volume", volume),
  ];
  return ["berth", verb, shellWord(file), ...given].join(" ");
}
