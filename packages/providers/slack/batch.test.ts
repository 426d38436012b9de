import { resetAll } from "@floww/sdk/testing";
import { beforeEach, expect, expectTypeOf, test } from "vitest";
import { Slack } from "./index.ts";

beforeEach(() => resetAll());

test("a trigger with batch gets its messages as a list, those that its filters let pass", async () => {
  const written = new Slack().triggers.onMessage({
    channelId: "C1",
    batch: { size: 10, maxWait: "1m" },
    handler: (_ctx, events) => {
      expectTypeOf(events[0]!.body.event.user).toEqualTypeOf<string>();
      return events.map(({ body }) => body.event.text);
    },
  });
  const message = (text: string, channel = "C1") => ({ body: { event: { text, channel } } });
  const { response } = await written.invoke([message("one"), message("elsewhere", "C2"), message("two")]);
  expect(response?.body).toEqual(["one", "two"]);
});
