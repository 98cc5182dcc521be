import { Box, Group, Loader, Stack, Text } from '@mantine/core';
import { IconCheck, IconCircle, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Hex } from 'viem';
import { shortHex } from './units.ts';
import { t } from './words.ts';

/** Progress of a step. */
export type StepPhase = 'waiting' | 'signing' | 'sent' | 'done' | 'failed';

export interface Step {
  name: string;
  phase: StepPhase;
  transactionHash?: Hex;
  blockNumber?: bigint;
  /** What a done step moved, in a sentence for the reader: money that went from where to where. */
  moved?: string;
}

function Mark({ phase }: { phase: StepPhase }) {
  if (phase === 'done') return <IconCheck size={18} color="var(--pp-good)" aria-hidden />;
  if (phase === 'failed') return <IconX size={18} color="var(--mantine-color-red-6)" aria-hidden />;
  if (phase === 'waiting') return <IconCircle size={18} color="var(--mantine-color-dimmed)" aria-hidden />;
  return <Loader size={18} aria-hidden />;
}

function words({ phase, transactionHash, blockNumber }: Step): string {
  if (phase === 'done' && blockNumber !== undefined)
    return t('app.step.inBlock', { block: String(blockNumber) });
  if (phase === 'sent' && transactionHash !== undefined)
    return t('app.step.sentAs', { hash: shortHex(transactionHash) });
  return t(`app.step.${phase}`);
}

/** The steps of an action with their progress: signing → sent → on the ledger. */
export function Steps({ steps }: { steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  return (
    <Stack gap={6} component="ol" className="pp-steps" aria-live="polite">
      {steps.map((step) => (
        <Group key={step.name} gap="xs" wrap="nowrap" component="li" data-step={step.phase}>
          <Mark phase={step.phase} />
          <Box>
            <Text size="sm" fw={500} c={step.phase === 'waiting' ? 'dimmed' : undefined}>
              {step.name}
            </Text>
            <Text size="xs" c="dimmed">
              {words(step)}
            </Text>
          </Box>
        </Group>
      ))}
    </Stack>
  );
}

/** Reports the progress of one step. */
export type Progress = (name: string, change: Omit<Step, 'name'>) => void;

/** Reports the progress of the first step. */
export type Report = (change: Omit<Step, 'name'>) => void;

/**
 * The steps of one act, all named at its beginning so that the list does not grow while it runs. `run` marks the step that
 * failed; `after` looks again whatever happened.
 */
export function useSteps(after: () => unknown = () => undefined) {
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const progress: Progress = (name, change) =>
    setSteps((old) => old.map((step) => (step.name === name ? { ...step, ...change } : step)));
  const fail = () =>
    setSteps((old) =>
      old.map((s) => (s.phase === 'signing' || s.phase === 'sent' ? { ...s, phase: 'failed' as const } : s)),
    );
  const run = async (
    names: readonly string[],
    work: (report: Report, progress: Progress) => Promise<unknown>,
  ): Promise<void> => {
    setSteps(names.map((name) => ({ name, phase: 'waiting' })));
    try {
      await work((change) => progress(names[0] ?? '', change), progress);
    } catch (failure) {
      fail();
      throw failure;
    } finally {
      await after();
    }
  };
  return { steps, run };
}
