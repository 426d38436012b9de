export { WebhookError as SecondWebhookError } from "@floww/sdk";
