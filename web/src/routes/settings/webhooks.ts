// What webhooks can be, in words.
import type { Schemas } from "../../api/client";

export type Webhook = Schemas["Webhook"];

interface Kind {
  readonly name: string;
  readonly placeholder: string;
  readonly help: string;
}

export const kinds: Readonly<Record<Schemas["WebhookKind"], Kind>> = {
  slack: {
    name: "Slack",
    placeholder: "https://hooks.slack.com/services/…",
    help: "In Slack: Apps, Incoming Webhooks, Add to Slack.",
  },
  mattermost: {
    name: "Mattermost",
    placeholder: "https://mattermost.example.org/hooks/…",
    help: "In Mattermost: Integrations, Incoming Webhooks.",
  },
  discord: {
    name: "Discord",
    placeholder: "https://discord.com/api/webhooks/…",
    help: "In Discord: the channel's settings, Integrations, Webhooks.",
  },
  ntfy: {
    name: "ntfy",
    placeholder: "https://ntfy.sh/your-topic",
    help: "The address of the topic, on ntfy.sh or a server of your own.",
  },
  json: {
    name: "A program (signed JSON)",
    placeholder: "https://example.org/hook",
    help: "Signed with HMAC-SHA256 as standardwebhooks.com says; the secret is shown once.",
  },
};

export const wishes: Readonly<Record<Schemas["MessageKind"], string>> = {
  "clip.ready": "New clips",
  "comment.created": "Comments",
  "round.opened": "Rounds that open",
  "round.answered": "Who has answered a round",
  "round.closed": "Records of rounds",
  "decision.made": "Decisions",
  "decision.superseded": "Decisions that replace others",
  "ask.created": "Asks: who asks whom, not what",
  "ask.answered": "Answers to asks",
  "ask.withdrawn": "Asks that are taken back",
  "ask.escalated": "Asks without an answer in time",
  "blocker.raised": "Blockers",
  "blocker.mentioned": "Blockers that go on",
  "blocker.cleared": "Blockers that are cleared",
  "message.urgent": "Urgent messages",
};
