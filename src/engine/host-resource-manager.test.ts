import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gpuIdsOf, withGpus } from "../core/gpus.ts";
import type { HostTotals } from "../core/host-resources.ts";
import type { Task } from "../core/task.ts";
import { aDefinition, aTask } from "../testing/builders.ts";
import { type HostGrant, HostResourceManager } from "./host-resource-manager.ts";

const TOTALS: HostTotals = {
  cpuUnits: 2048,
  memoryMiB: 1000,
  reservedTcp: [22],
  reservedUdp: [],
  gpus: ["GPU-0", "GPU-1", "GPU-2"],
};

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
    expect(manager.request(first, never).type).toBe("granted");
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
    expect(manager.request(onPort(22), never)).toEqual({
      type: "refused",
      resources: ["PORTS_TCP"],
      message: "the task can never fit on this host: RESOURCE:PORTS",
    });
    expect(manager.request(taskWith([{ memory: 10, cpu: 4096 }]), never)).toEqual({
      type: "refused",
      resources: ["CPU"],
      message: expect.stringContaining("RESOURCE:CPU (4096 CPU units asked for, "),
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
    const idsOf = (task: Task) => {
      const admission = manager.request(task, never);
      return admission.type === "granted" ? admission.grant.gpus.web : admission.type;
    };
    expect(tasks.map(idsOf)).toEqual([["GPU-0"], ["GPU-1"], ["GPU-2"]]);
    for (const task of tasks.toReversed()) manager.release(task.arn);
    expect([gpuTask(), gpuTask(), gpuTask(), gpuTask()].map(idsOf)).toEqual([
      ["GPU-0"],
      ["GPU-1"],
      ["GPU-2"],
      "waiting",
    ]);
  });
});

describe("HostResourceManager: GPUs", () => {
  const asking = (value: string, gpuIds?: readonly string[]) => {
    const task = taskWith([{ memory: 1, resourceRequirements: [{ type: "GPU", value }] }]);
    return gpuIds === undefined ? task : withGpus(task, { web: gpuIds });
  };
  const granted = (...ids: readonly string[]) => ({ type: "granted", grant: { gpus: { web: ids } } });

  it("GPU-1: no two tasks have the same GPU, nor two containers of one", () => {
    const manager = new HostResourceManager(TOTALS);
    const requirement = (value: string) => [{ type: "GPU" as const, value }];
    const both = taskWith([
      { name: "a", memory: 1, resourceRequirements: requirement("1") },
      { name: "plain", memory: 1 },
      { name: "b", memory: 1, resourceRequirements: requirement("1") },
    ]);
    expect(manager.request(both, never)).toEqual({
      type: "granted",
      grant: { gpus: { a: ["GPU-0"], b: ["GPU-1"] } },
    });
    expect(manager.request(asking("1"), never)).toEqual(granted("GPU-2"));
  });

  it("GPU-1: who asks again is told the same GPUs", () => {
    const manager = new HostResourceManager(TOTALS);
    const task = asking("2");
    expect(manager.request(task, never)).toEqual(granted("GPU-0", "GPU-1"));
    expect(manager.request(task, never)).toEqual(granted("GPU-0", "GPU-1"));
  });

  it("GPU-2: who finds too few waits, and is told his when they are given back", () => {
    const manager = new HostResourceManager(TOTALS);
    const [first, second] = [asking("2"), asking("2")];
    manager.request(first, never);
    const told: unknown[] = [];
    expect(manager.request(second, (grant) => told.push(grant)).type).toBe("waiting");
    expect(manager.shortagesOf(second)).toEqual(["GPU"]);
    manager.release(first.arn);
    expect(told).toEqual([{ gpus: { web: ["GPU-0", "GPU-1"] } }]);
  });

  it("GPU-3: what runs keeps its GPUs over a restart, and those that wait get the others in their order", () => {
    const manager = new HostResourceManager(TOTALS);
    manager.adopt(asking("2", ["GPU-2", "GPU-0"]));
    expect(manager.request(asking("1"), never)).toEqual(granted("GPU-1"));
    expect(manager.request(asking("1"), never).type).toBe("waiting");
  });

  it("GPU-3: a GPU that the host has no more stays with the task that runs on it, and is given to nobody", () => {
    const manager = new HostResourceManager(TOTALS);
    const old = asking("1", ["GPU-9"]);
    manager.adopt(old);
    manager.release(old.arn);
    expect(manager.request(asking("3"), never)).toEqual(granted("GPU-0", "GPU-1", "GPU-2"));
  });

  it("GPU-4, RESOURCE: an id that the host does not know, and more GPUs than it has, are refused", () => {
    const manager = new HostResourceManager(TOTALS);
    const message = "the task can never fit on this host: RESOURCE:GPU";
    const refused = { type: "refused", resources: ["GPU"], message };
    expect(manager.request(asking("1", ["GPU-9"]), never)).toEqual(refused);
    expect(manager.request(asking("2", ["GPU-1", "GPU-1"]), never)).toEqual(refused);
    expect(manager.request(asking("4"), never)).toEqual(refused);
    expect(manager.request(asking("3"), never).type).toBe("granted");
  });

  it("a task that names its GPUs waits for these alone", () => {
    const manager = new HostResourceManager(TOTALS);
    const [first, named] = [asking("1"), asking("1", ["GPU-0"])];
    manager.request(first, never);
    const told: unknown[] = [];
    expect(manager.request(named, (grant) => told.push(grant)).type).toBe("waiting");
    manager.release(first.arn);
    expect(told).toEqual([{ gpus: { web: ["GPU-0"] } }]);
  });

  it("refuses totals in which a GPU is listed twice", () => {
    expect(() => new HostResourceManager({ ...TOTALS, gpus: ["GPU-0", "GPU-0"] })).toThrow(
      expect.objectContaining({ path: "hostTotals.gpus" }),
    );
  });

  it("GPU-1, GPU-2, GPU-3: whatever comes, goes and restarts, no GPU is in two hands and none is lost", () => {
    const anEvent = fc.oneof(
      fc.record({ type: fc.constant("come" as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ type: fc.constant("go" as const), which: fc.nat(9) }),
      fc.constant({ type: "restart" as const }),
    );
    fc.assert(
      fc.property(fc.array(anEvent, { maxLength: 40 }), (events) => {
        let manager = new HostResourceManager(TOTALS);
        /** As the machine keeps them: with their GPUs once they have been let in. */
        const tasks = new Map<string, Task>();
        const ask = (task: Task) => {
          const take = ({ gpus }: HostGrant) => void tasks.set(task.arn, withGpus(task, gpus));
          tasks.set(task.arn, task);
          const admission = manager.request(task, take);
          if (admission.type === "granted") take(admission.grant);
        };
        for (const event of events) {
          if (event.type === "come") ask(asking(String(event.count)));
          if (event.type === "go") {
            const task = [...tasks.values()][event.which];
            if (task === undefined) continue;
            tasks.delete(task.arn);
            manager.release(task.arn);
          }
          if (event.type === "restart") {
            manager = new HostResourceManager(TOTALS);
            const kept = [...tasks.values()];
            for (const task of kept.filter((each) => gpuIdsOf(each).length > 0)) manager.adopt(task);
            for (const task of kept) ask(task);
          }
          const held = [...tasks.values()].flatMap(gpuIdsOf);
          expect(new Set(held).size).toBe(held.length);
          const head = [...tasks.values()].find((task) => gpuIdsOf(task).length === 0);
          if (head !== undefined) expect(manager.shortagesOf(head)).toEqual(["GPU"]);
        }
      }),
    );
  });
});
