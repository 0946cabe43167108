/** Reads the corpus index: a CSV file whose fields may be quoted. */

export type CorpusRow = { readonly file: string; readonly valid: string };

export function readIndex(csv: string): CorpusRow[] {
  const [header, ...records] = parseCsv(csv);
  const file = header?.indexOf("file") ?? -1;
  const valid = header?.indexOf("valid") ?? -1;
  return records.map((record) => ({ file: record[file] ?? "", valid: record[valid] ?? "" }));
}

function parseCsv(csv: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [whole, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (whole === "" && record.length === 0) break;
    record.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}
