import { Stack, Text, Textarea, TextInput } from '@mantine/core';
import { CONTACT_MAX, INSTRUCTIONS_MAX } from '../../../protocol/handover.ts';
import { t } from '../app/words.ts';
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
        label={t('listing.private.access')}
        description={t('listing.private.access.hint')}
        autosize
        minRows={2}
        maxLength={INSTRUCTIONS_MAX}
        value={draft.instructions}
        onChange={(event) => onChange({ instructions: event.currentTarget.value })}
      />
      <TextInput
        label={t('listing.private.contact')}
        description={t('listing.private.contact.hint')}
        maxLength={CONTACT_MAX}
        autoComplete="off"
        value={draft.contact}
        onChange={(event) => onChange({ contact: event.currentTarget.value })}
      />
      <Text size="sm" c="dimmed">
        {t('listing.private.about')}
      </Text>
    </Stack>
  );
}
