import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalService } from "../../test/aws/local-service.ts";
import { InvalidInputError } from "../core/errors.ts";
import { s3Objects } from "./s3-objects.ts";

const { signal } = new AbortController();
const ABSENT = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
const asked: string[] = [];
let s3: LocalService;

beforeEach(async () => {
  asked.length = 0;
  s3 = new LocalService((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    asked.push(`${request.method} ${path}`);
    if (path === "/bucket/app/prod.env") return response.end("A=1\nB=2");
    if (path === "/bucket/large") return response.end("x".repeat(2 * 1024 * 1024));
    response.writeHead(404, { "content-type": "application/xml" }).end(ABSENT);
  }, "AWS_ENDPOINT_URL_S3");
  await s3.listen();
});
afterEach(() => s3.close());

function read(arn: string): Promise<string> {
  return s3Objects(s3.options)(arn, signal);
}

describe("s3Objects()", () => {
  it("reads an object from the configured endpoint", async () => {
    expect(await read("arn:aws:s3:::bucket/app/prod.env")).toBe("A=1\nB=2");
    expect(asked).toEqual(["GET /bucket/app/prod.env"]);
  });

  it("says what S3 said of one that is not there", async () => {
    await expect(read("arn:aws:s3:::bucket/absent")).rejects.toThrow(
      "fetching from S3: NoSuchKey: The specified key does not exist.",
    );
  });

  it("refuses what is no small text file", async () => {
    await expect(read("arn:aws:s3:::bucket/large")).rejects.toThrow("it is larger than 1048576 bytes");
  });

  it("SEC-8: asks for nothing that would lead out of a folder", async () => {
    await expect(read("arn:aws:s3:::bucket/../x")).rejects.toBeInstanceOf(InvalidInputError);
    expect(asked).toEqual([]);
  });

  it("needs a region", async () => {
    await expect(s3Objects({ env: {} })("arn:aws:s3:::bucket/key", signal)).rejects.toThrow("no region is configured");
  });
});
