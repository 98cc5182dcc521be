import { z } from 'zod';
import { fromAgent, toAgent } from '../../protocol/link.ts';
import { address } from '../../protocol/schemas.ts';
import type { AgentReply } from './hub.ts';

const id = z.string().max(64);

/** What processes say to each other about the agents' links. */
export const processMessage = z.discriminatedUnion('type', [
  /** A request for an agent that is linked to the receiver. */
  z.strictObject({
    type: z.literal('ask'),
    from: id,
    agentKey: address,
    request: toAgent.refine((message) => 'requestId' in message),
  }),
  /** The agent's reply, or why there is none. */
  z.strictObject({
    type: z.literal('reply'),
    requestId: id,
    reply: fromAgent.refine((message) => message.type === 'reply').optional(),
    problem: z.string().max(64).optional(),
  }),
  /** The agent has connected to the sender: this link of it is over. */
  z.strictObject({ type: z.literal('replaced'), agentKey: address, linkId: id }),
]);

type Parsed = z.infer<typeof processMessage>;
export type AskMessage = Extract<Parsed, { type: 'ask' }> & { request: { requestId: string } };
export type ReplyMessage = Omit<Extract<Parsed, { type: 'reply' }>, 'reply'> & { reply?: AgentReply };
export type ProcessMessage = AskMessage | ReplyMessage | Extract<Parsed, { type: 'replaced' }>;
