import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { CONTACT_MAX, INSTRUCTIONS_MAX } from '../../../protocol/handover.ts';
import type { ListingDraft } from './draft.ts';

interface Props {
  draft: ListingDraft;
  onChange: (part: Partial<ListingDraft>) => void;
}

/** What only a booked driver is told. */
export function PrivateFields({ draft, onChange }: Props) {
  return (
    <Stack gap="xs">
      <Textarea
        label="How to get in"
        description="Gate, door code, where the box hangs"
        autosize
        minRows={2}
        maxLength={INSTRUCTIONS_MAX}
        value={draft.instructions}
        onChange={(event) => onChange({ instructions: event.currentTarget.value })}
      />
      <TextInput
        label="Contact"
        description="Telephone or e-mail, should something go wrong"
        maxLength={CONTACT_MAX}
        autoComplete="off"
        value={draft.contact}
        onChange={(event) => onChange({ contact: event.currentTarget.value })}
      />
      <Text size="xs" c="dimmed">
        With the exact place this goes sealed to your agent, which tells a driver once free cancelling is
        over. It is never published; the ledger has a salted hash of it.
      </Text>
    </Stack>
  );
}
