import { describeAnswers } from "./answers.ts";

describeAnswers({ driver: "process", start: async () => ({ env: {}, stop: async () => undefined }) });
