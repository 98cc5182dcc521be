import { Text, Title } from '@mantine/core';

/** A page's title, and in a few words what it is for. */
export function PageHead({ title, about }: { title: string; about: string }) {
  return (
    <div>
      <Title order={1} size="h3">
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {about}
      </Text>
    </div>
  );
}
