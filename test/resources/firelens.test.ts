/** No image of a real router is at hand: a shell stands in for it, and this process listens at its socket. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDaemon } from "../docker-client/real-daemon.ts";
import { RealEngine } from "./real-engine.ts";

const LOOP = "while true; do sleep 1; done";
const LOGS = { logDriver: "awsfirelens", options: { Name: "stdout", "include-pattern": "line" } };
const ROUTER = { name: "router", firelensConfiguration: { type: "fluentbit" } };

/** What comes in at a socket. */
class Listener {
  readonly #server: Server;
  #received = "";
  #look: () => void = () => undefined;

  constructor(path: string) {
    this.#server = createServer((socket) => {
      socket.on("data", (data) => {
        this.#received += data.toString("latin1");
        this.#look();
      });
    });
    this.#server.listen(path);
  }

  async until(text: string): Promise<string> {
    return await new Promise((resolve) => {
      this.#look = () => this.#received.includes(text) && resolve(this.#received);
      this.#look();
    });
  }

  close(): void {
    this.#server.close();
  }
}

describe.runIf(realDaemon().startsWith("unix:"))("a log router's files and drivers on the real daemon", () => {
  let folder: string;
  let real: RealEngine;
  const socketOf = (id: string) => join(folder, "firelens", id, "socket", "fluent.sock");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-fl-"));
    real = new RealEngine({ firelens: true, hostDataDir: folder });
    await real.open();
  });
  afterEach(async () => {
    await real.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("FL-6: the router finds its configuration where its image reads it, and it goes with the task", async () => {
    const task = await real.run([
      { name: "web", script: "echo a line", logConfiguration: LOGS },
      { ...ROUTER, script: "cat /fluent-bit/etc/fluent-bit.conf; ls -d /var/run/; id -u", essential: false },
    ]);
    await real.untilStopped(task);
    const lines = await real.output(task, "router");
    expect(lines).toEqual(
      expect.arrayContaining(["    unix_path /var/run/fluent.sock", "    Regex log line", "    Match web-firelens*"]),
    );
    expect(lines).toContain(`    Record ecs_task_arn ${task.arn}`);
    expect(lines.slice(-2)).toEqual(["/var/run/", "0"]);
    expect(existsSync(join(folder, "firelens", task.id))).toBe(true);
    await real.remove(task);
    expect(existsSync(join(folder, "firelens", task.id))).toBe(false);
  });

  it("FL-1: what an application prints goes to the socket under its tag, also when nobody listened at first", async () => {
    const task = await real.run([
      { name: "web", script: `echo a line of web; ${LOOP}`, logConfiguration: LOGS },
      { ...ROUTER, script: LOOP },
    ]);
    await real.untilRunning(task);
    const { raw } = await real.inspect(task, "web");
    expect(raw).toMatchObject({
      HostConfig: {
        LogConfig: {
          Type: "fluentd",
          Config: { "fluentd-address": `unix://${socketOf(task.id)}`, "fluentd-async": "true" },
        },
      },
    });
    const listener = new Listener(socketOf(task.id));
    const received = await listener.until("a line of web");
    listener.close();
    expect(received).toContain(`web-firelens-${task.id}`);
  });

  it("FL-3: the router runs before the application and is told to it by address", async () => {
    const task = await real.run([
      {
        name: "web",
        script: 'until echo hello | nc "$FLUENT_HOST" "$FLUENT_PORT"; do :; done',
        logConfiguration: LOGS,
      },
      { ...ROUTER, script: "nc -l -p 24224 -e cat; sleep 60", essential: false },
    ]);
    const ended = await real.untilStopped(task);
    expect(ended.containers.find(({ name }) => name === "web")?.exitCode).toBe(0);
    const [web, router] = [await real.inspect(task, "web"), await real.inspect(task, "router")];
    expect(web.raw).toMatchObject({
      Config: { Env: expect.arrayContaining(["FLUENT_PORT=24224", expect.stringMatching(/^FLUENT_HOST=\d+\./)]) },
    });
    expect(router.startedAt).toBeLessThanOrEqual(web.startedAt ?? 0);
    expect(router.finishedAt).toBeGreaterThanOrEqual(web.finishedAt ?? Number.POSITIVE_INFINITY);
  });

  it("FL-5: an output without a name ends the task with that text", async () => {
    const logConfiguration = { logDriver: "awsfirelens", options: { Host: "x" } };
    const task = await real.run([
      { name: "web", script: LOOP, logConfiguration },
      { ...ROUTER, script: LOOP },
    ]);
    const { stoppedReason, stopCode } = await real.untilStopped(task);
    expect(stopCode).toBe("TaskFailedToStart");
    expect(stoppedReason).toContain("ResourceInitializationError: missing output key Name which is required");
  });
});
