import { describe, expect, it } from "vitest";
import type { HostTotals } from "../core/host-resources.ts";
import { aDefinition, aTask } from "../testing/builders.ts";
import { HostResourceManager } from "./host-resource-manager.ts";

const TOTALS: HostTotals = { cpuUnits: 2048, memoryMiB: 1000, reservedTcp: [22], reservedUdp: [], gpus: 3 };

type Container = NonNullable<Parameters<typeof aDefinition>[0]>["containerDefinitions"];

let serial = 0;
function taskWith(containerDefinitions: NonNullable<Container>, task: { cpu?: string; memory?: string } = {}) {
  serial += 1;
  const arn = `arn:aws:ecs:us-east-1:000000000000:task/default/${String(serial).padStart(32, "0")}`;
  return aTask({ arn, definition: aDefinition({ containerDefinitions, ...task }) });
}

const onPort = (hostPort: number, protocol: "tcp" | "udp" = "tcp") =>
  taskWith([{ memory: 10, portMappings: [{ containerPort: 80, hostPort, protocol }] }]);
const never = () => {
  throw new Error("granted out of turn");
};

describe("HostResourceManager", () => {
  it("HRM-1: a second task with the same host port waits until the first is released", () => {
    const manager = new HostResourceManager(TOTALS);
    const [first, second] = [onPort(8080), onPort(8080)];
    let granted = 0;
    expect(manager.request(first, never)).toEqual({ type: "granted" });
    expect(manager.request(second, () => (granted += 1))).toEqual({ type: "waiting" });
    expect(manager.shortagesOf(second)).toEqual(["PORTS_TCP"]);
    manager.release(first.arn);
    expect(granted).toBe(1);
  });

  it("HRM-2: a task that fits waits behind one that does not", () => {
    const manager = new HostResourceManager(TOTALS);
    const running = taskWith([{ memory: 600 }]);
    manager.request(running, never);
    const order: string[] = [];
    expect(manager.request(taskWith([{ memory: 700 }]), () => order.push("big")).type).toBe("waiting");
    expect(manager.request(taskWith([{ memory: 10 }]), () => order.push("small")).type).toBe("waiting");
    manager.release(running.arn);
    expect(order).toEqual(["big", "small"]);
  });

  it("HRM-3: stopping the queued head lets the next one in", () => {
    const manager = new HostResourceManager(TOTALS);
    manager.request(taskWith([{ memory: 600 }]), never);
    const head = taskWith([{ memory: 700 }]);
    let granted = false;
    manager.request(head, never);
    manager.request(taskWith([{ memory: 10 }]), () => (granted = true));
    manager.release(head.arn);
    expect(granted).toBe(true);
  });

  it("HRM-4: dynamic ports never make tasks wait", () => {
    const manager = new HostResourceManager(TOTALS);
    for (let count = 0; count < 20; count += 1) expect(manager.request(onPort(0), never).type).toBe("granted");
  });

  it("HRM-5: TCP 53 and UDP 53 do not conflict", () => {
    const manager = new HostResourceManager(TOTALS);
    expect(manager.request(onPort(53, "tcp"), never).type).toBe("granted");
    expect(manager.request(onPort(53, "udp"), never).type).toBe("granted");
  });

  it("HRM-6: adopted tasks count as before the restart, even above the totals", () => {
    const manager = new HostResourceManager(TOTALS);
    const restored = taskWith([{ memory: 5000 }]);
    manager.adopt(restored);
    expect(manager.request(taskWith([{ memory: 10 }]), never).type).toBe("waiting");
  });

  it("HRM-7, STOP-6: releasing twice, or a task that never got in, raises no totals", () => {
    const manager = new HostResourceManager(TOTALS);
    const first = taskWith([{ memory: 600 }]);
    manager.request(first, never);
    const queued = taskWith([{ memory: 600 }]);
    manager.request(queued, never);
    manager.release(queued.arn);
    manager.release(queued.arn);
    expect(manager.request(taskWith([{ memory: 600 }]), never).type).toBe("waiting");
  });

  it("HRM-8: reserved ports are refused at once, and what can never fit too", () => {
    const manager = new HostResourceManager(TOTALS);
    expect(manager.request(onPort(22), never)).toEqual({ type: "refused", resources: ["PORTS_TCP"] });
    expect(manager.request(taskWith([{ memory: 10, cpu: 4096 }]), never)).toEqual({
      type: "refused",
      resources: ["CPU"],
    });
    expect(manager.request(taskWith([{ memory: 10 }]), never).type).toBe("granted");
  });

  it("HRM-9: memory counted is the reservation when both are given; the task's size wins over both", () => {
    const manager = new HostResourceManager(TOTALS);
    expect(manager.request(taskWith([{ memory: 5000, memoryReservation: 500 }]), never).type).toBe("granted");
    expect(manager.request(taskWith([{ memoryReservation: 900 }], { memory: "500" }), never).type).toBe("granted");
    expect(manager.request(taskWith([{ memory: 1 }]), never).type).toBe("waiting");
  });

  it("HRM-10: three GPU tasks released in another order leave three free", () => {
    const manager = new HostResourceManager(TOTALS);
    const gpuTask = () => taskWith([{ memory: 1, resourceRequirements: [{ type: "GPU", value: "1" }] }]);
    const tasks = [gpuTask(), gpuTask(), gpuTask()];
    for (const task of tasks) expect(manager.request(task, never).type).toBe("granted");
    for (const task of tasks.toReversed()) manager.release(task.arn);
    for (let count = 0; count < 3; count += 1) expect(manager.request(gpuTask(), never).type).toBe("granted");
    expect(manager.request(gpuTask(), never).type).toBe("waiting");
  });
});
