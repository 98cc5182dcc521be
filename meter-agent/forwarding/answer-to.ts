import { newMessage, type Outbox, type Outcome, type Params } from './outbox.ts';

/** How long a charge point waits for the other central system before it gets the agent's answer. */
export const PATIENCE_MS = 8_000;

/** Resolves to the other central system's answer, or to silence when a charge point can wait no longer. */
export function answerTo(outbox: Outbox, action: string, params: Params, isFirst = false): Promise<Outcome> {
  return new Promise((resolve) => {
    const message = newMessage(action, params, (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
    const timer = setTimeout(() => {
      // What was not sent yet is not sent later: the charge point has its answer.
      outbox.done(message);
      resolve({ is: 'away', why: 'silent' });
    }, PATIENCE_MS);
    if (isFirst) outbox.inFront(() => outbox.add(message));
    else outbox.add(message);
  });
}
