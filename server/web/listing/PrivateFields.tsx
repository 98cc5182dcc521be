import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { CONTACT_MAX, INSTRUCTIONS_MAX } from '../../../protocol/handover.ts';
import type { ListingDraft } from './draft.ts';

interface Props {
  draft: ListingDraft;
  onChange: (part: Partial<ListingDraft>) => void;
}

/** Access instructions and contact, for booked drivers only. */
export function PrivateFields({ draft, onChange }: Props) {
  return (
    <Stack gap="xs">
      <Textarea
        label="How to get in"
        description="Gate, door code, position of the wallbox"
        autosize
        minRows={2}
        maxLength={INSTRUCTIONS_MAX}
        value={draft.instructions}
        onChange={(event) => onChange({ instructions: event.currentTarget.value })}
      />
      <TextInput
        label="Contact"
        description="Phone or e-mail, in case something goes wrong"
        maxLength={CONTACT_MAX}
        autoComplete="off"
        value={draft.contact}
        onChange={(event) => onChange({ contact: event.currentTarget.value })}
      />
      <Text size="xs" c="dimmed">
        This is sent encrypted to your agent, together with the exact location. The agent shows it to a driver
        when free cancellation ends. It is never published; the ledger has only a salted hash.
      </Text>
    </Stack>
  );
}
