import { findTestHost, getTestHost } from "../test-host.ts";

/** How a test looks at an action and answers in its place; see `floww/testing`. */
export interface ActionSpy<Input, Output> {
  /** What it was called with since the last reset, oldest first. */
  readonly calls: readonly Input[];
  /** Answers every call from now on. */
  returns(answer: Output | ((input: Input) => Output | Promise<Output>)): void;
  /** Answers the next call that nothing else answers first. */
  returnsOnce(answer: Output | ((input: Input) => Output | Promise<Output>)): void;
  reset(): void;
}

/** One call that a handler makes through a provider. Under `floww/testing` it is a spy and calls nobody. */
export type Action<Input, Output> = ((...given: Given<Input>) => Promise<Output>) & ActionSpy<Input, Output>;

/** Where nothing has to be said, nothing has to be given. */
type Given<Input> = object extends Input ? [input?: Input] : undefined extends Input ? [] : [input: Input];

/** Actions by name, each as a function of the vendor's own client and one object. */
export type ActionTable<Client> = Record<string, (client: Client, input: never) => Promise<unknown>>;

export type ActionsOf<Table extends ActionTable<never>> = {
  readonly [Name in keyof Table]: Action<Parameters<Table[Name]>[1], Awaited<ReturnType<Table[Name]>>>;
};

export function createActions<Client, Table extends ActionTable<Client>>(
  client: Client,
  table: Table,
): ActionsOf<Table> {
  const actions = Object.entries(table).map(([name, perform]) => [
    name,
    // The table's own types say what goes in: `never` stands for each action's input.
    createAction((input = {}) => perform(client, input as never)),
  ]);
  return Object.fromEntries(actions) as ActionsOf<Table>;
}

function createAction(perform: (input: unknown) => Promise<unknown>): Action<unknown, unknown> {
  const action = async (input: unknown) => {
    const host = findTestHost();
    return host === undefined ? perform(input) : host.spyOn(action).answer(input);
  };
  return Object.defineProperties(action, {
    calls: { get: () => getTestHost("`calls`").spyOn(action).calls },
    returns: { value: (answer: unknown) => getTestHost("`returns`").spyOn(action).returns(answer) },
    returnsOnce: {
      value: (answer: unknown) => getTestHost("`returnsOnce`").spyOn(action).returnsOnce(answer),
    },
    reset: { value: () => getTestHost("`reset`").spyOn(action).reset() },
  }) as unknown as Action<unknown, unknown>;
}
