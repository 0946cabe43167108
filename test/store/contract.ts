/** What every state store must do, whatever it keeps its rows in. */
import { describe, expect, it } from "vitest";
import { asTaskArn } from "../../src/core/brand.ts";
import type { Task } from "../../src/core/task.ts";
import type { StateStore } from "../../src/ports/state-store.ts";
import { exportState, importState } from "../../src/store/index.ts";
import { aContainer, aTask } from "../../src/testing/builders.ts";
import { aChange, anImage, TASK_A, TASK_B } from "./rows.ts";

export type StoreUnderTest = {
  readonly store: StateStore;
  /** Stands for the death of the process and its successor: a new store over the same rows. */
  reopen(): Promise<StateStore>;
};

export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a StateStore`, () => {
    it("begins empty", async () => {
      const { store } = await make();
      expect(await store.load()).toEqual({ tasks: [], changes: [], images: [], meta: {} });
    });

    it("SM-2: gives back every kind of row after a restart", async () => {
      const under = await make();
      const task = aTask({ arn: TASK_A, containers: [aContainer({ name: "web" }), aContainer({ name: "db" })] });
      await under.store.commit([
        { type: "putTask", task },
        { type: "putChange", change: aChange(TASK_A, 1) },
        { type: "putImage", image: anImage("sha256:1") },
        { type: "putMeta", key: "cluster", value: "default" },
      ]);
      const restarted = await under.reopen();
      expect(await restarted.load()).toEqual({
        tasks: [task],
        changes: [aChange(TASK_A, 1)],
        images: [anImage("sha256:1")],
        meta: { cluster: "default" },
      });
    });

    it("keeps the last of two rows of one key, and forgets what is deleted", async () => {
      const { store } = await make();
      await store.commit([
        { type: "putTask", task: aTask({ arn: TASK_A, revision: 1 }) },
        { type: "putTask", task: aTask({ arn: TASK_A, revision: 2 }) },
        { type: "putTask", task: aTask({ arn: TASK_B }) },
        { type: "putImage", image: anImage("sha256:1") },
      ]);
      await store.commit([
        { type: "deleteTask", taskArn: asTaskArn(TASK_B) },
        { type: "deleteTask", taskArn: asTaskArn("arn:absent") },
        { type: "deleteImage", imageId: "sha256:1" },
      ]);
      const state = await store.load();
      expect(state.tasks.map(({ revision }) => revision)).toEqual([2]);
      expect(state.images).toEqual([]);
    });

    it("orders changes by task and number, and acknowledges up to a number within a task", async () => {
      const { store } = await make();
      for (const sequence of [10, 2, 1, 9]) {
        await store.commit([
          { type: "putChange", change: aChange(TASK_B, sequence) },
          { type: "putChange", change: aChange(TASK_A, sequence) },
        ]);
      }
      await store.commit([{ type: "acknowledge", taskArn: asTaskArn(TASK_A), upTo: 2 }]);
      await store.commit([{ type: "acknowledge", taskArn: asTaskArn("arn:absent"), upTo: 5 }]);
      const { changes } = await store.load();
      expect(changes.map(({ taskArn, sequence }) => [taskArn, sequence])).toEqual([
        [TASK_A, 9],
        [TASK_A, 10],
        [TASK_B, 1],
        [TASK_B, 2],
        [TASK_B, 9],
        [TASK_B, 10],
      ]);
    });

    it("acknowledges after a restart what was written before it", async () => {
      const under = await make();
      await under.store.commit([1, 2, 3].map((sequence) => ({ type: "putChange", change: aChange(TASK_A, sequence) })));
      const restarted = await under.reopen();
      await restarted.commit([{ type: "acknowledge", taskArn: asTaskArn(TASK_A), upTo: 2 }]);
      expect((await restarted.load()).changes.map(({ sequence }) => sequence)).toEqual([3]);
    });

    it("keeps unacknowledged changes of a task that is deleted", async () => {
      const { store } = await make();
      await store.commit([{ type: "putChange", change: aChange(TASK_A, 1) }]);
      await store.commit([{ type: "deleteTask", taskArn: asTaskArn(TASK_A) }]);
      expect((await store.load()).changes).toHaveLength(1);
    });

    it("drops what holds for one process only", async () => {
      const { store } = await make();
      const inFlight = { action: "create", id: 7 } as const;
      const task: Task = {
        ...aTask({ arn: TASK_A, containers: [aContainer({ name: "web", inFlight })] }),
        admitted: true,
        resources: [
          {
            id: "dockerVolume/data",
            type: "dockerVolume",
            gates: "PULLED",
            knownStatus: "NONE",
            createRequested: true,
            volatile: false,
            spec: {},
            inFlight,
          },
        ],
      };
      await store.commit([{ type: "putTask", task }]);
      const [saved] = (await store.load()).tasks;
      expect(saved?.admitted).toBe(false);
      expect(saved?.containers[0]?.inFlight).toBeUndefined();
      expect(saved?.resources[0]?.inFlight).toBeUndefined();
      expect(saved?.resources[0]).toHaveProperty("createRequested", true);
      expect(task.containers[0]?.inFlight).toEqual(inFlight);
    });

    it("takes commits in the order of the calls, without waiting for each", async () => {
      const under = await make();
      const commits = Array.from({ length: 50 }, (_, index) =>
        under.store.commit([{ type: "putMeta", key: "last", value: String(index) }]),
      );
      await Promise.all(commits);
      expect((await (await under.reopen()).load()).meta).toEqual({ last: "49" });
    });

    it("takes odd keys and values as they are", async () => {
      const under = await make();
      const value = 'quote " newline \n nul \0 emoji 🛳 end';
      await under.store.commit([
        { type: "putMeta", key: "", value },
        { type: "putMeta", key: "__proto__", value },
      ]);
      const { meta } = await (await under.reopen()).load();
      expect(Object.entries(meta).sort()).toEqual([
        ["", value],
        ["__proto__", value],
      ]);
    });

    it("exports itself as text, and imports that into an empty store only", async () => {
      const { store } = await make();
      await store.commit([
        { type: "putTask", task: aTask({ arn: TASK_A, nextChange: 2 }) },
        { type: "putChange", change: aChange(TASK_A, 1) },
        { type: "putImage", image: anImage("sha256:1") },
        { type: "putMeta", key: "cluster", value: "default" },
      ]);
      const text = await exportState(store);
      await expect(importState(store, text)).rejects.toMatchObject({ name: "StateStoreError" });
      const other = await make();
      await importState(other.store, text);
      expect(await (await other.reopen()).load()).toEqual(await store.load());
    });

    it("refuses to work once it is closed", async () => {
      const { store } = await make();
      await store.close();
      await expect(store.load()).rejects.toMatchObject({ name: "StateStoreError" });
      await expect(store.commit([])).rejects.toMatchObject({ name: "StateStoreError" });
      await store.close();
    });
  });
}
