/**
 * Survives its own death: run it twice with the same folder, `npm run example -- crash-and-restore FOLDER [IMAGE]`.
 * The first time it starts a task and kills itself; the second time it finds the task running, and stops it.
 */
import { homedir } from "node:os";
import { createDockerClient, createTask, createTaskEngine, resolveEndpoint, type Task } from "berth";

const [dataDir, image = "busybox:latest"] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("Cannot begin: name a folder for the state");
const docker = createDockerClient(resolveEndpoint(process.env, homedir()));
const engine = createTaskEngine({ client: docker, dataDir });
await engine.init();

async function until(task: Task, status: Task["knownStatus"]): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (engine.getTaskByArn(task.arn)?.knownStatus === status) resolve();
    };
    engine.subscribe(look);
    look();
  });
}

const [restored] = engine.listTasks();
if (restored === undefined) {
  const command = ["sh", "-c", "sleep 3600"];
  const containerDefinitions = [{ name: "sleeper", image, memory: 32, command, stopTimeout: 2 }];
  const task = createTask({ family: "survivor", containerDefinitions });
  await engine.addTask(task);
  await until(task, "RUNNING");
  console.log(`Started ${task.id}, and die now`);
  process.kill(process.pid, "SIGKILL");
} else {
  console.log(`Found ${restored.id}: ${restored.knownStatus}`);
  await engine.stopTask(restored.arn, { reason: "second run" });
  await until(restored, "STOPPED");
  const stopped = engine.getTaskByArn(restored.arn);
  console.log(`Stopped, exit code ${stopped?.containers[0]?.exitCode}, reason: ${stopped?.stoppedReason}`);
  await engine.removeTask(restored.arn);
  await engine.shutdown();
  docker.close();
}
