import type { ApiRequest } from "./api-request.ts";
import type { Route } from "./routes.ts";

const MIB = 1_048_576;

export const systemRoutes: readonly Route[] = [
  ["GET", /^\/_ping$/, ping],
  ["HEAD", /^\/_ping$/, ping],
  ["GET", /^\/version$/, version],
  ["GET", /^\/info$/, info],
];

async function ping(request: ApiRequest): Promise<void> {
  const { connection, signal } = request;
  await connection.perform({ operation: "ping", subject: "", timeoutMs: 0, signal }, () => undefined);
  request.response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache" });
  request.response.end(request.message.method === "HEAD" ? undefined : "OK");
}

async function version(request: ApiRequest): Promise<void> {
  const { connection, signal, state } = request;
  const facts = await connection.perform(
    { operation: "version", subject: "", timeoutMs: 0, signal },
    () => state.version,
  );
  request.json(200, {
    Platform: { Name: "Berth simulated Docker" },
    Version: facts.version,
    ApiVersion: facts.apiVersion,
    MinAPIVersion: facts.minApiVersion,
    Os: facts.os,
    Arch: facts.arch,
    GitCommit: "simulated",
    GoVersion: "none",
    KernelVersion: "simulated",
    Components: [],
  });
}

async function info(request: ApiRequest): Promise<void> {
  const { connection, signal, state } = request;
  const facts = await connection.perform({ operation: "info", subject: "", timeoutMs: 0, signal }, () => state.info);
  const containers = [...state.containers];
  const running = containers.filter(({ isRunning }) => isRunning).length;
  const paused = containers.filter(({ isPaused }) => isPaused).length;
  request.json(200, {
    ID: facts.id,
    Name: facts.name,
    Containers: containers.length,
    ContainersRunning: running - paused,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running,
    Images: state.images.list().length,
    Driver: "overlay2",
    NCPU: facts.cpus,
    MemTotal: facts.memoryMiB * MIB,
    CgroupDriver: facts.cgroupDriver,
    CgroupVersion: facts.cgroupVersion,
    Plugins: { Volume: ["local"], Network: ["bridge", "host", "null"], Log: facts.logDrivers },
    LiveRestoreEnabled: state.liveRestore,
    DockerRootDir: facts.dockerRootDir,
    SecurityOptions: facts.securityOptions,
    ServerVersion: state.version.version,
    OperatingSystem: "Berth simulated Docker",
    OSType: state.version.os,
    Architecture: state.version.arch,
    KernelVersion: "simulated",
  });
}
