import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { useAllWords } from './hooks.ts';
import { humanError } from './ledgerClient.ts';
import { whatMoved } from './moved.ts';
import type { Step } from './Steps.tsx';
import { language, t, tOf } from './words.ts';

interface Props {
  error: unknown;
  onRetry?: () => void;
  title?: string;
  /** Of the action that failed: what they came to says what has moved. */
  steps?: readonly Step[];
  /** What has moved and what has not, where it is known better than by steps. */
  moved?: string | undefined;
}

/** The market's own error in what the relay says of a call that was refused. */
const LEDGER_ERROR = /^[A-Z][A-Za-z]*_[A-Za-z]+/;

/** Errors of the page's own rooms that come in the reader's language. */
const OF_THE_PAGE = /^(account|passkey|purse|recovery|vault|wallet|withdrawal)\./;

/** A sentence of an error in the reader's language where there is one; else as it came, in English. */
function wordsOf({ code, value, rule, remedy }: PlugpactError, part: 'rule' | 'remedy') {
  const cause = code === 'relay.reverted' ? LEDGER_ERROR.exec(value ?? '')?.[0] : undefined;
  const found =
    (cause === undefined ? undefined : tOf(`errors.${cause}.${part}`, { value })) ??
    tOf(`errors.${code}.${part}`, { value });
  if (found !== undefined) return { text: found, lang: undefined };
  const isEnglish = language !== 'en' && !OF_THE_PAGE.test(code);
  return { text: part === 'rule' ? rule : remedy, lang: isEnglish ? 'en' : undefined };
}

/** What a person can compare with what they wrote; hashes and addresses are for the details. */
const isReadable = (value: string): boolean => value.length <= 40 && !/0x[0-9a-f]{8}/i.test(value);

/** For those who are asked for help: the code, the value, and what an unexpected error said. */
function Details({ error: { code, value, rule } }: { error: PlugpactError }) {
  return (
    <Text component="details" size="xs" c="dimmed" mt="xs">
      <summary>{t('app.failure.details')}</summary>
      <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {code}
        {value === undefined ? '' : `: ${value}`}
        {code === 'page.unexpected' || code === 'ledger.failed' ? `: ${rule}` : ''}
      </Text>
    </Text>
  );
}

/** An error for the reader: what has moved, the rule that was broken, and what to do. The code is folded away. */
export function Failure({ error, onRetry, title = t('app.failure'), steps = [], moved }: Props) {
  const isNone = error === undefined || error === null;
  const hasWords = useAllWords(!isNone);
  if (isNone || !hasWords) return null;
  const human = humanError(error);
  const rule = wordsOf(human, 'rule');
  const remedy = wordsOf(human, 'remedy');
  const money = moved ?? whatMoved(error, steps);
  const { value } = human;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} role="alert">
      <Text size="sm" lang={rule.lang}>
        {rule.text}
        {value !== undefined && isReadable(value) ? ` ${t('app.failure.got', { value })}` : ''}
      </Text>
      {money === undefined ? null : (
        <Text size="sm" fw={600} mt={4} data-moved>
          {money}
        </Text>
      )}
      <Text size="sm" mt={4} lang={remedy.lang}>
        {remedy.text}
      </Text>
      {onRetry === undefined ? null : (
        <Button size="compact-sm" variant="default" mt="xs" onClick={onRetry}>
          {t('app.retry')}
        </Button>
      )}
      <Details error={human} />
    </Alert>
  );
}
