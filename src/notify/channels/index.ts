import type { Channel } from '../plan.ts';
import type { Sender, SenderTools } from './sender.ts';
import { slackSender } from './slack.ts';
import { smtpSender } from './smtp.ts';
import { snsSender } from './sns.ts';
import { webhookSender } from './webhook.ts';

/** Throws a UsageError when a secret of the channel cannot be read. */
export function openSender(channel: Channel, tools: SenderTools): Sender {
  switch (channel.type) {
    case 'webhook':
      return webhookSender(channel, tools);
    case 'slack':
      return slackSender(channel, tools);
    case 'sns':
      return snsSender(channel, tools);
    case 'smtp':
      return smtpSender(channel, tools);
  }
}
