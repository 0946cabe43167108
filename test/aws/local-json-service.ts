/** An AWS service on this machine that speaks the AWS JSON 1.1 protocol. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { LocalService } from "./local-service.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";

export type AwsCall = {
  /** Service and operation. */
  readonly target: string;
  readonly contentType: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly body: Readonly<Record<string, unknown>>;
};
export type AwsAnswer = { readonly status: number; readonly body: unknown };

export class LocalJsonService {
  readonly calls: AwsCall[] = [];
  answer: (call: AwsCall) => AwsAnswer;
  /** Answers wait for it. */
  held: Promise<void> = Promise.resolve();
  readonly #service: LocalService;

  /** @param variable as {@link LocalService} takes it */
  constructor(answer: (call: AwsCall) => AwsAnswer, variable?: string) {
    this.answer = answer;
    this.#service = new LocalService((request, response) => void this.#reply(request, response), variable);
  }

  listen(): Promise<void> {
    return this.#service.listen();
  }

  close(): Promise<void> {
    return this.#service.close();
  }

  get options() {
    return this.#service.options;
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await callOf(request);
    this.calls.push(call);
    await this.held;
    const { status, body } = this.answer(call);
    response.writeHead(status, { "content-type": CONTENT_TYPE }).end(JSON.stringify(body));
  }
}

async function callOf(request: IncomingMessage): Promise<AwsCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { authorization, "x-amz-target": target, "content-type": contentType } = request.headers;
  const [, accessKeyId = "", region = ""] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(String(authorization)) ?? [];
  const body = JSON.parse(Buffer.concat(chunks).toString());
  return { target: String(target), contentType: String(contentType), region, accessKeyId, body };
}
