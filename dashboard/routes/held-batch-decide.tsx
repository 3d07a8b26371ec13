// The decisions on a held batch: do it, do not, take it back. Doing it asks for the number of people that it takes something from.

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { WholeBatchJson } from '../../src/edge/admin/contract.ts';
import { ApiProblem, send } from '../api.ts';
import { useChange } from '../queries.ts';
import { May } from '../session.tsx';
import { whatItWouldDo } from '../ui/batch-words.ts';
import { Confirm } from '../ui/confirm.tsx';
import { counted } from '../ui/counted.ts';
import { Failed } from '../ui/states.tsx';

type Decision = 'approve' | 'drop' | 'undo';

const said: Readonly<Record<Decision, string>> = {
  approve: 'Approved.',
  drop: 'Dropped. Nothing was changed.',
  undo: 'It is taken back.',
};

export function DecideBatch({ batch }: { batch: WholeBatchJson }) {
  const [decision, setDecision] = useState<Decision | null>(null);
  const { state, source } = batch;
  return (
    <May do="guard:decide">
      {state === 'held' && (
        <>
          <Button variant="default" onClick={() => setDecision('drop')}>
            Drop
          </Button>
          <Button color="red" onClick={() => setDecision('approve')}>
            Approve
          </Button>
        </>
      )}
      {state === 'applied' && source !== 'purge' && (
        <Button variant="default" onClick={() => setDecision('undo')}>
          Undo
        </Button>
      )}
      {decision && <Ask batch={batch} decision={decision} onClose={() => setDecision(null)} />}
    </May>
  );
}

interface AskProps {
  batch: WholeBatchJson;
  decision: Decision;
  onClose(): void;
}

function Ask({ batch, decision, onClose }: AskProps) {
  const { id, people, source } = batch;
  const change = useChange<number, unknown>({
    run: (number) =>
      send(`/batches/${id}/${decision}`, {
        method: 'POST',
        // Only where they are more than were held: a number that is said has to be right to the last one.
        ...(decision === 'approve' && number !== people && { body: { confirm: number } }),
      }),
    done: said[decision],
    onDone: onClose,
    isQuiet: true,
  });
  const number = moreBy(change.error) ?? people;
  const shared = { opened: true, isBusy: change.isPending, onConfirm: () => change.mutate(number), onClose };
  const problem = change.error && <Failed problem={change.error} />;
  if (decision === 'drop')
    return (
      <Confirm {...shared} title="Drop it" action="Drop">
        Nothing is changed, and nobody loses anything.{' '}
        {source === 'reconciliation' && 'Later comparisons hold the same users again for 30 days.'}
        {source === 'purge' && 'Those users are left alone by the periods of retention.'}
        {problem}
      </Confirm>
    );
  if (decision === 'undo')
    return (
      <Confirm {...shared} title="Take it back" action="Take it back" typed={String(number)}>
        {source === 'rules'
          ? 'The rules become those of before, as a new change. Where somebody has changed them since, it is refused.'
          : `What it took is given back to ${counted(people, 'user', 'users')}.`}
        {problem}
      </Confirm>
    );
  return (
    <Confirm
      {...shared}
      title="Approve it"
      action={`${source === 'purge' ? 'Erase' : 'Approve for'} ${counted(number, 'user', 'users')}`}
      isDangerous
      typed={String(number)}
    >
      {whatItWouldDo({ ...batch, people: number })} {consequences[source]}
      {problem}
    </Confirm>
  );
}

const consequences: Readonly<Record<WholeBatchJson['source'], string>> = {
  rules: 'They are looked at once more, on the rules that hold now.',
  reconciliation: 'Each is looked at once more before anything is done, and it can be taken back.',
  purge: 'What is erased cannot be brought back.',
};

/** From how many it would take something by now, where those are more than were held. */
function moreBy(error: ApiProblem | null): number | null {
  const people = error instanceof ApiProblem ? error.refusal.people : undefined;
  return typeof people === 'number' ? people : null;
}
