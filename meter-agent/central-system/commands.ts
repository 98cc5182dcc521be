import type { ChargePoints } from '../drivers/charge-points.ts';
import { type Answer, type ChargePointConnection, VOLTAGE_V } from '../drivers/driver.ts';
import type { SessionEvent } from '../session/events.ts';
import type { Command, Session } from '../session/types.ts';

type Answered<E = SessionEvent> = E extends { type: 'answered' } ? Omit<E, 'at'> : never;

export interface ExecutedCommand {
  /** Its name in the evidence. */
  asked: string;
  event: Answered;
}

/** The phases of the connector's full current. */
const phasesOf = ({ plan: { maxPowerW, fullCurrentA } }: Session): number =>
  Math.min(3, Math.max(1, Math.round(maxPowerW / (fullCurrentA * VOLTAGE_V))));

/** Sends a session's command to the charge point. */
export async function execute(
  chargePoints: ChargePoints,
  session: Session,
  command: Command,
): Promise<ExecutedCommand> {
  const { chargePointId, connectorId, times } = session.plan;
  const give = (call: (connection: ChargePointConnection) => Promise<Answer> | undefined) =>
    chargePoints.command(chargePointId, call);
  const limitOf = (limitA: number) => ({ limitA, phases: phasesOf(session), endsAt: times.end });
  const executed = (event: Answered, asked: string = command.do): ExecutedCommand => ({ asked, event });
  const type = 'answered';
  let answer: Answer;
  switch (command.do) {
    case 'remoteStart': {
      const limit = limitOf(command.limitA);
      answer = await give((connection) => connection.remoteStart?.(connectorId, command.idTag, limit));
      return executed({ type, command: 'start', answer });
    }
    case 'remoteStop':
      answer = await give((connection) => connection.remoteStop?.(command.transactionId));
      return executed({ type, command: 'stop', answer });
    case 'readMeter':
      answer = await give((connection) => connection.readMeter?.(connectorId));
      return executed({ type, command: 'readMeter', answer });
    case 'limit': {
      const { limitA, transactionId } = command;
      const limit = limitOf(limitA);
      answer = await give((connection) => connection.limitCurrent?.(connectorId, transactionId, limit));
      return executed({ type, command: 'limit', limitA, answer }, `limit ${limitA} A`);
    }
    case 'reserve':
      answer = await give((connection) => connection.reserve?.(connectorId, command.reservation));
      return executed({ type, command: 'reserve', answer });
    case 'cancelReservation':
      answer = await give((connection) => connection.cancelReservation?.(command.reservationId));
      return executed({ type, command: 'cancelReservation', answer });
  }
}
