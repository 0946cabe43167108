import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { mergeEnvironmentFiles, parseEnvironmentFile } from "./parse.ts";
import { parseS3ObjectArn } from "./s3-arn.ts";

describe("parseEnvironmentFile()", () => {
  it("SEC-6: keeps `=` in a value, keeps an empty value, skips comments", () => {
    const text = '# comment=1\nA=b=c\nEMPTY=\n\nno equals sign\n=nameless\n B = x \nQ="quoted"\nexport E=1';
    expect(parseEnvironmentFile(text)).toEqual([
      ["A", "b=c"],
      ["EMPTY", ""],
      [" B ", " x "],
      ["Q", '"quoted"'],
      ["export E", "1"],
    ]);
  });

  it("reads files with line ends of Windows", () => {
    expect(parseEnvironmentFile("A=1\r\nB=2\r\n")).toEqual([
      ["A", "1"],
      ["B", "2"],
    ]);
  });

  it("gives back what was written, line by line", () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
    const value = fc.string().map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (variables) => {
        expect(parseEnvironmentFile(variables.map(([key, text]) => `${key}=${text}`).join("\n"))).toEqual(variables);
      }),
    );
  });
});

describe("mergeEnvironmentFiles()", () => {
  it("SEC-7: lets the first file win, and the later line of one file", () => {
    const first = parseEnvironmentFile("A=1\nA=2");
    const second = parseEnvironmentFile("A=3\nB=4");
    expect(mergeEnvironmentFiles([first, second])).toEqual([
      ["A", "2"],
      ["B", "4"],
    ]);
  });
});

describe("parseS3ObjectArn()", () => {
  it.each([
    ["arn:aws:s3:::bucket/a.env", { bucket: "bucket", key: "a.env" }],
    ["arn:aws-cn:s3:::bucket/dir/..a/b.env", { bucket: "bucket", key: "dir/..a/b.env" }],
  ])("reads %s", (arn, expected) => {
    expect(parseS3ObjectArn(arn)).toEqual(expected);
  });

  it.each([
    "arn:aws:s3:::bucket/../secret.env",
    "arn:aws:s3:::bucket/a/../../x.env",
    "arn:aws:s3:::../x.env",
    "arn:aws:s3:::bucket/a\\..\\x.env",
    "arn:aws:s3:::bucket/..",
    "arn:aws:s3:::bucket/a\0.env",
  ])("SEC-8: refuses %j", (arn) => {
    expect(() => parseS3ObjectArn(arn, "containerDefinitions[0].environmentFiles[0].value")).toThrow(InvalidInputError);
  });

  it.each(["bucket/key", "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/", "arn:aws:ssm:::bucket/key"])(
    "refuses %j",
    (arn) => {
      expect(() => parseS3ObjectArn(arn)).toThrow(/is no ARN of an S3 object/);
    },
  );
});
