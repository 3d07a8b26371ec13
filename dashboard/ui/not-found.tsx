// An address that is no page.

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Page } from './page.tsx';
import { Empty } from './states.tsx';

export function NotFound() {
  return (
    <Page title="There is no such page">
      <Empty
        title="Nothing is at this address"
        action={
          <Button component={Link} to="/" variant="default">
            To the first page
          </Button>
        }
      >
        It may have been mistyped, or what it showed was removed.
      </Empty>
    </Page>
  );
}
