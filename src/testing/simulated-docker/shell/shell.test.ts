import { describe, expect, it } from "vitest";
import { aWorld } from "../test-world.ts";

async function runScript(script: string, options: { readonly forMs?: number; readonly env?: readonly string[] } = {}) {
  const world = aWorld();
  const dockerId = await world.run("sh", { Image: "app", Cmd: ["sh", "-c", script], Env: options.env ?? [] });
  await world.clock.advance(options.forMs ?? 0);
  return { ...world, dockerId, lines: world.docker.logOf("sh"), exitCode: world.docker.find("sh")?.exitCode };
}

describe("commands in simulated containers", () => {
  it.each([
    ["exit 3", 3],
    ["true", 0],
    ["false; true", 0],
    ["true && false || exit 5", 5],
    ["false && exit 5", 1],
    ["if test a = b; then exit 1; elif [ 2 -gt 1 ]; then exit 2; else exit 3; fi", 2],
    ["for code in 4 5; do last=$code; done; exit $last", 5],
    ["(exit 6)", 6],
    ["exec false", 1],
    ["nothing-here", 127],
    ["sh -c 'exit 8'", 8],
    ["n=1; until test $n = 1; do exit 9; done", 0],
    ["exit 300", 44],
    ["if", 2],
  ])("%s ends with %i", async (script, exitCode) => {
    expect((await runScript(script)).exitCode).toBe(exitCode);
  });

  it.each([
    ["echo one; echo 'two  words' \"$WHO\"", ["one", "two  words you"]],
    [`echo "\\$WHO \\\\ \${WHO}s$WHO"`, ["$WHO \\ yousyou"]],
    ["echo hidden >/dev/null; echo seen >&2", ["seen"]],
    ["echo text > /file; echo more >> /file; cat /file", ["text", "more"]],
    ['cat /nothing || echo "code $?"', ["cat: can't open '/nothing': No such file or directory", "code 1"]],
    ["printf 'a %s\\n' b # not this", ["a b"]],
    ["touch /ready && test -f /ready && rm /ready; test -f /ready || echo gone", ["gone"]],
    ["echo $(", [expect.stringContaining("Cannot read shell script")]],
  ])("%s prints", async (script, lines) => {
    expect((await runScript(script, { env: ["WHO=you"] })).lines).toEqual(lines);
  });

  it("sleep takes its time, in the units of busybox", async () => {
    const { clock, docker } = await runScript("sleep 1.5; echo a; sleep 1m; echo b");
    await clock.advance(1_500);
    expect(docker.logOf("sh")).toEqual(["a"]);
    await clock.advance(60_000);
    expect(docker.find("sh")?.exitCode).toBe(0);
  });

  it("a first process ignores SIGTERM unless it has a trap or an init above it", async () => {
    const { client, clock, run, docker } = aWorld();
    const stopped = async (
      name: string,
      body: { readonly Cmd: readonly string[]; readonly HostConfig?: { readonly Init: boolean } },
    ) => {
      const dockerId = await run(name, { Image: "app", ...body });
      await clock.resolve(client.stopContainer(dockerId, { stopTimeoutMs: 2_000 }));
      return docker.find(name)?.exitCode;
    };
    expect(await stopped("plain", { Cmd: ["sleep", "600"] })).toBe(137);
    expect(await stopped("init", { Cmd: ["sleep", "600"], HostConfig: { Init: true } })).toBe(143);
    expect(await stopped("trap", { Cmd: ["sh", "-c", "trap 'exit 3' TERM; sleep 600 & wait"] })).toBe(3);
    expect(await stopped("late", { Cmd: ["sh", "-c", "trap 'exit 4' TERM; while true; do sleep 1; done"] })).toBe(4);
    expect(await stopped("too-late", { Cmd: ["sh", "-c", "trap 'exit 5' TERM; sleep 600"] })).toBe(137);
    expect(await stopped("exec", { Cmd: ["sh", "-c", "trap 'exit 6' TERM; exec sleep 600"] })).toBe(137);
  });

  it("wait ends with the jobs in the background", async () => {
    const { clock, exitCode } = await runScript("sleep 1 & sleep 2 & wait; exit 7", { forMs: 2_000 });
    expect(exitCode).toBe(7);
    expect(clock.elapsedMs).toBe(2_000);
  });

  it("a loop without a pause does not hang the simulation", async () => {
    const { client, docker, dockerId } = await runScript("trap 'exit 3' TERM; while true; do :; done");
    await client.stopContainer(dockerId, { stopTimeoutMs: 2_000 });
    expect(docker.find("sh")?.exitCode).toBe(3);
  });

  it("a health check's command sees what the container wrote", async () => {
    const { docker, clock, run } = aWorld();
    await run("web", {
      Image: "app",
      Cmd: ["sh", "-c", "sleep 2; touch /ready; sleep 2; rm /ready; sleep 600"],
      Healthcheck: { Test: ["CMD-SHELL", "test -f /ready || { echo missing; exit 1; }"], Interval: 1e9, Retries: 1 },
    });
    await clock.advance(1_500);
    expect(docker.find("web")?.health).toEqual({ status: "unhealthy", output: "missing", exitCode: 1 });
    await clock.advance(2_000);
    expect(docker.find("web")?.health?.status).toBe("healthy");
    await clock.advance(2_000);
    expect(docker.find("web")?.health?.status).toBe("unhealthy");
  });

  it("an unknown program of an image without a script stays up", async () => {
    const { docker, run } = aWorld();
    await run("node", { Image: "app", Cmd: ["node", "server.js"] });
    expect(docker.find("node")?.status).toBe("running");
  });
});
