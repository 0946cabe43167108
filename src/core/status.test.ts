import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainer } from "../testing/builders.ts";
import {
  CONTAINER_STATUSES,
  compareContainerStatus,
  compareTaskStatus,
  containerStatusFor,
  isRunningStatus,
  nextContainerStatus,
  parseContainerStatus,
  parseTaskStatus,
  reportedContainerStatus,
  reportedTaskStatus,
  type SteadyStatus,
  TASK_STATUSES,
  taskStatusOf,
} from "./status.ts";
import { isInternal } from "./task.ts";

const STEADY: readonly SteadyStatus[] = ["RUNNING", "RESOURCES_PROVISIONED"];

describe("order of statuses", () => {
  it("containers go NONE, MANIFEST_PULLED, PULLED, CREATED, RUNNING, RESOURCES_PROVISIONED, STOPPED", () => {
    const shuffled = [...CONTAINER_STATUSES].reverse().toSorted(compareContainerStatus);
    expect(shuffled).toEqual([
      "NONE",
      "MANIFEST_PULLED",
      "PULLED",
      "CREATED",
      "RUNNING",
      "RESOURCES_PROVISIONED",
      "STOPPED",
    ]);
  });

  it("tasks go NONE, MANIFEST_PULLED, CREATED, RUNNING, STOPPED", () => {
    const shuffled = [...TASK_STATUSES].reverse().toSorted(compareTaskStatus);
    expect(shuffled).toEqual(["NONE", "MANIFEST_PULLED", "CREATED", "RUNNING", "STOPPED"]);
  });

  it("compareContainerStatus() is a total order", () => {
    const status = fc.constantFrom(...CONTAINER_STATUSES);
    fc.assert(
      fc.property(status, status, status, (a, b, c) => {
        expect(Math.sign(compareContainerStatus(a, b))).toBe(-Math.sign(compareContainerStatus(b, a)) + 0);
        if (compareContainerStatus(a, b) <= 0 && compareContainerStatus(b, c) <= 0) {
          expect(compareContainerStatus(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it("isRunningStatus() holds for RUNNING and RESOURCES_PROVISIONED", () => {
    expect(CONTAINER_STATUSES.filter(isRunningStatus)).toEqual(["RUNNING", "RESOURCES_PROVISIONED"]);
  });
});

describe("steady status", () => {
  it("DM-1: a new container's steady status is RUNNING", () => {
    expect(aContainer().steadyStatus).toBe("RUNNING");
  });

  it("DM-2: NONE, PULLED and CREATED are not steady; RUNNING is", () => {
    const steady = CONTAINER_STATUSES.filter((known) => taskStatusOf(known, "RUNNING") === "RUNNING");
    expect(steady).toEqual(["RUNNING"]);
  });

  it("DM-3: with the steady status RESOURCES_PROVISIONED, RUNNING is not steady", () => {
    const steady = CONTAINER_STATUSES.filter((known) => taskStatusOf(known, "RESOURCES_PROVISIONED") === "RUNNING");
    expect(steady).toEqual(["RESOURCES_PROVISIONED"]);
  });
});

describe("nextContainerStatus()", () => {
  // Today's agent has MANIFEST_PULLED between NONE and PULLED (engine-modern 4.2).
  it("DM-4: NONE, MANIFEST_PULLED, PULLED, CREATED, RUNNING, STOPPED follow each other", () => {
    const path = ["NONE", "MANIFEST_PULLED", "PULLED", "CREATED", "RUNNING"] as const;
    expect(path.map((known) => nextContainerStatus(known, "RUNNING"))).toEqual([
      "MANIFEST_PULLED",
      "PULLED",
      "CREATED",
      "RUNNING",
      "STOPPED",
    ]);
  });

  it("DM-5: a pause container goes from RUNNING to RESOURCES_PROVISIONED, and from there to STOPPED", () => {
    expect(nextContainerStatus("RUNNING", "RESOURCES_PROVISIONED")).toBe("RESOURCES_PROVISIONED");
    expect(nextContainerStatus("RESOURCES_PROVISIONED", "RESOURCES_PROVISIONED")).toBe("STOPPED");
  });
});

describe("taskStatusOf()", () => {
  it.each(STEADY)("DM-6: NONE counts as NONE (steady %s)", (steady) => {
    expect(taskStatusOf("NONE", steady)).toBe("NONE");
  });

  // Today's agent counts both as MANIFEST_PULLED (engine-modern 4.3); the old one had PULLED count as NONE.
  it.each(STEADY)("DM-7: MANIFEST_PULLED and PULLED count as MANIFEST_PULLED (steady %s)", (steady) => {
    expect(taskStatusOf("MANIFEST_PULLED", steady)).toBe("MANIFEST_PULLED");
    expect(taskStatusOf("PULLED", steady)).toBe("MANIFEST_PULLED");
  });

  it.each(STEADY)("DM-8: CREATED counts as CREATED (steady %s)", (steady) => {
    expect(taskStatusOf("CREATED", steady)).toBe("CREATED");
  });

  it("DM-9: RUNNING counts as RUNNING if it is steady, else as CREATED", () => {
    expect(taskStatusOf("RUNNING", "RUNNING")).toBe("RUNNING");
    expect(taskStatusOf("RUNNING", "RESOURCES_PROVISIONED")).toBe("CREATED");
  });

  it("DM-10: RESOURCES_PROVISIONED counts as RUNNING where it is steady", () => {
    expect(taskStatusOf("RESOURCES_PROVISIONED", "RESOURCES_PROVISIONED")).toBe("RUNNING");
  });

  it.each(STEADY)("DM-11: STOPPED counts as STOPPED (steady %s)", (steady) => {
    expect(taskStatusOf("STOPPED", steady)).toBe("STOPPED");
  });

  it("never lets a container that moves forward pull its task back", () => {
    for (const steady of STEADY) {
      const path = CONTAINER_STATUSES.filter((known) => steady !== "RUNNING" || known !== "RESOURCES_PROVISIONED");
      const counts = path.map((known) => taskStatusOf(known, steady));
      expect(counts).toEqual(counts.toSorted(compareTaskStatus));
    }
  });
});

describe("reported statuses", () => {
  it("DM-13: a container is RUNNING at its steady status, STOPPED when it is, PENDING before", () => {
    const words = (steady: SteadyStatus) => CONTAINER_STATUSES.map((known) => reportedContainerStatus(known, steady));
    expect(words("RUNNING").slice(0, 5)).toEqual(["PENDING", "PENDING", "PENDING", "PENDING", "RUNNING"]);
    expect(words("RESOURCES_PROVISIONED").slice(4)).toEqual(["PENDING", "RUNNING", "STOPPED"]);
  });

  it("a task is RUNNING or STOPPED, and PENDING before", () => {
    expect(TASK_STATUSES.map(reportedTaskStatus)).toEqual(["PENDING", "PENDING", "PENDING", "RUNNING", "STOPPED"]);
  });
});

describe("containerStatusFor()", () => {
  it("DM-66: a task's RUNNING asks each container for its own steady status", () => {
    expect(containerStatusFor("RUNNING", "RUNNING")).toBe("RUNNING");
    expect(containerStatusFor("RUNNING", "RESOURCES_PROVISIONED")).toBe("RESOURCES_PROVISIONED");
  });

  it("asks for the same word otherwise", () => {
    const others = ["NONE", "MANIFEST_PULLED", "CREATED", "STOPPED"] as const;
    for (const desired of others) expect(containerStatusFor(desired, "RESOURCES_PROVISIONED")).toBe(desired);
  });
});

describe("saved words", () => {
  it("DM-14: every status reads back as itself", () => {
    for (const status of CONTAINER_STATUSES) expect(parseContainerStatus(status)).toBe(status);
    for (const status of TASK_STATUSES) expect(parseTaskStatus(status)).toBe(status);
  });

  it("DM-15: DEAD reads as STOPPED and UNKNOWN as NONE", () => {
    expect([parseContainerStatus("DEAD"), parseTaskStatus("DEAD")]).toEqual(["STOPPED", "STOPPED"]);
    expect([parseContainerStatus("UNKNOWN"), parseTaskStatus("UNKNOWN")]).toEqual(["NONE", "NONE"]);
  });

  it("DM-16: any other word is refused", () => {
    for (const word of ["", "running", "4", "constructor", "ZOMBIE"]) {
      expect(parseContainerStatus(word)).toBeUndefined();
      expect(parseTaskStatus(word)).toBeUndefined();
    }
  });

  // The old enum had a task status PULLED that printed as NONE; here it does not exist.
  it("DM-17: tasks have no status PULLED", () => {
    expect(parseTaskStatus("PULLED")).toBeUndefined();
  });
});

describe("container types", () => {
  it("DM-33: pause containers are internal, containers of the definition are not", () => {
    expect(isInternal(aContainer())).toBe(false);
    expect(isInternal(aContainer({ type: "CNI_PAUSE" }))).toBe(true);
    expect(isInternal(aContainer({ type: "NAMESPACE_PAUSE" }))).toBe(true);
  });
});
