/** Slack's Web API as user code knows it; where a connection's really is, the server half says. */
export const SLACK_API = "https://slack.com/api";
