import { describe, expect, it } from "vitest";
import { answersExec } from "./behaviour.ts";
import { createExec, type ExecRequest, getExec, startExec } from "./exec.ts";
import { aWorld } from "./test-world.ts";

const ATTACHED = { env: [], tty: false, attachStdin: false, attachStdout: true, attachStderr: true };

async function anExecWorld() {
  const world = aWorld();
  world.docker.image("db", {
    exec: answersExec({ "pg_isready -q": { exitCode: 2, stderr: "no response", tookMs: 300 } }),
  });
  await world.run("db", { Image: "db", Cmd: ["sh", "-c", "echo kept > /file; sleep 600"], Env: ["WHO=you"] });
  const { state } = world.docker;
  const output: string[] = [];
  const begin = (command: readonly string[], more: Partial<ExecRequest> = {}) => {
    const exec = createExec(state, state.getContainer("db"), { ...ATTACHED, ...more, command });
    startExec(state, exec, {
      print: (text, stream) => output.push(`${stream} ${text.trimEnd()}`),
      ended: () => output.push("ended"),
    });
    return exec;
  };
  return { ...world, state, output, begin };
}

describe("a command that is run in a container", () => {
  it("answers as its script says, when its time has passed", async () => {
    const { begin, output, clock } = await anExecWorld();
    const exec = begin(["pg_isready", "-q"]);
    expect([output, exec.exitCode]).toEqual([[], undefined]);
    await clock.advance(300);
    expect([output, exec.exitCode]).toEqual([["stderr no response", "ended"], 2]);
  });

  it("is run when the script does not know it: with the container's files, its variables and those of the call", async () => {
    const { begin, output } = await anExecWorld();
    const exec = begin(["sh", "-c", "cat /file; echo $WHO $HOW; exit 5"], { env: ["HOW=well"] });
    expect(output).toEqual(["stdout kept", "stdout you well", "ended"]);
    expect(exec.exitCode).toBe(5);
  });

  it("leaves the container's log and its process alone", async () => {
    const { begin, docker } = await anExecWorld();
    begin(["echo", "beside"]);
    expect(docker.logOf("db")).toEqual([]);
    expect(docker.find("db")?.status).toBe("running");
  });

  it("can be begun once, and looked at afterwards until the container starts anew", async () => {
    const { begin, state, docker, client, clock } = await anExecWorld();
    const exec = begin(["true"]);
    expect(() => startExec(state, exec, { print: () => undefined, ended: () => undefined })).toThrow("already run");
    const dockerId = docker.find("db")?.dockerId;
    if (dockerId === undefined) throw new Error("the container is not there");
    await clock.resolve(client.killContainer(dockerId, "SIGKILL"));
    expect(getExec(state, exec.id).exitCode).toBe(0);
    await clock.resolve(client.startContainer(dockerId));
    expect(() => getExec(state, exec.id)).toThrow("No such exec instance");
  });

  it("stands still with a paused container, and ends with a killed one", async () => {
    const { begin, docker, clock, output, actions } = await anExecWorld();
    const [short, long] = [begin(["sleep", "1"]), begin(["sleep", "600"])];
    docker.pause("db");
    await clock.advance(5_000);
    expect(short.exitCode).toBeUndefined();
    docker.unpause("db");
    expect(short.exitCode).toBe(0);
    docker.signal("db", "SIGKILL");
    expect(long.exitCode).toBe(137);
    expect(output).toEqual(["ended", "ended"]);
    expect(actions.filter((each) => each.startsWith("exec_die"))).toEqual(["exec_die 0", "exec_die 137"]);
  });
});
