// "Verify the chain": everything that is stored, checked now, and what was found.

import { Alert, Button, List, Modal, Stack, Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { VerificationJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange } from '../queries.ts';
import { counted } from '../ui/counted.ts';

export function VerifyChain() {
  const [report, setReport] = useState<VerificationJson | null>(null);
  const verify = useChange<void, VerificationJson>({
    run: () => sending<VerificationJson>('POST', '/verify')(),
    touches: [],
    onDone: setReport,
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={16} aria-hidden />}
        loading={verify.isPending}
        onClick={() => verify.mutate()}
      >
        Verify the chain
      </Button>
      <Modal opened={report !== null} onClose={() => setReport(null)} title="What was verified" centered>
        {report && <Report report={report} />}
      </Modal>
    </>
  );
}

function Report({ report }: { report: VerificationJson }) {
  const { ok, events, users, groups, problems, problemCount } = report;
  return (
    <Stack gap="sm">
      <Alert
        color={ok ? 'green' : 'red'}
        variant="light"
        title={ok ? 'Everything holds' : counted(problemCount, 'problem', 'problems')}
      >
        <Text size="sm">
          {events.toLocaleString('en')} events, each chained to the one before it; the access of{' '}
          {users.toLocaleString('en')} people against the rules; {groups.toLocaleString('en')} groups with
          their members.
        </Text>
      </Alert>
      {problems.length > 0 && (
        <List size="sm">
          {problems.map((problem) => (
            <List.Item key={problem}>{problem}</List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
