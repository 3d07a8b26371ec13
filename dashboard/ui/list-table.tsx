// A list of any length: rows come page by page as it is scrolled, and only those in sight are in the document. Sorting is the
// server's; which column sorts stands in the address.

import { Loader, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconSelector } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useCallback, useEffect, useRef } from 'react';
import { useAddress } from '../address.ts';
import type { Query } from '../api.ts';
import { type ListPage, useList } from '../queries.ts';
import { Failed, Loading } from './states.tsx';

export interface Column<Item> {
  title: string;
  show(item: Item): ReactNode;
  /** A track of the grid: `minmax(180px, 2fr)`. */
  width: string;
  /** The server's name of this order. */
  sort?: string;
}

interface ListTableProps<Item> {
  /** For screen readers. */
  label: string;
  path: string;
  query?: Query;
  columns: readonly Column<Item>[];
  keyOf(item: Item): string;
  /** Where a row leads. */
  to?(item: Item): string;
  /** Instead of `to`: what a row opens. */
  onOpen?(item: Item): void;
  /** Shown when there is nothing at all. */
  empty: ReactNode;
  /** The order where the address names none. */
  defaultSort?: string;
  rowPx?: number;
  /** Of the list on the page; as high as the window where left out. */
  maxHeight?: string;
}

const ROW_PX = 52;
const ROWS_BEYOND = 8;
const LEFT_ROWS = 20;
const MAX_HEIGHT = 'calc(100vh - 250px)';

/** `1,234`, or `10,000+` where counting stopped there. */
export function totalOf(page: Pick<ListPage<unknown>, 'total' | 'totalIsCapped'> | undefined): string {
  if (!page) return '';
  return `${page.total.toLocaleString('en')}${page.totalIsCapped ? '+' : ''}`;
}

export function ListTable<Item>(props: ListTableProps<Item>) {
  const { path, query = {}, empty, defaultSort } = props;
  const [{ sort = defaultSort }] = useAddress();
  const list = useList<Item>(path, { ...query, ...(sort !== undefined && { sort }) });
  if (list.error && !list.data) return <Failed problem={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Loading />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !list.hasNextPage) return empty;
  const first = list.data.pages[0];
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {totalOf(first)} {first?.total === 1 ? 'row' : 'rows'}
        {first?.pending ? ', while a change of rules is still reaching people' : ''}
      </Text>
      <Rows
        {...props}
        items={items}
        sort={sort}
        isMore={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </>
  );
}

interface RowsProps<Item> extends ListTableProps<Item> {
  items: readonly Item[];
  sort: string | undefined;
  isMore: boolean;
  isLoading: boolean;
  onMore(): void;
}

function Rows<Item>(props: RowsProps<Item>) {
  const { items, columns, keyOf, to, onOpen, label, isMore, isLoading, onMore, rowPx = ROW_PX } = props;
  const { maxHeight = MAX_HEIGHT } = props;
  const frame = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    overscan: ROWS_BEYOND,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (isMore && !isLoading && last >= items.length - LEFT_ROWS) onMore();
  }, [isMore, isLoading, last, items.length, onMore]);
  const tracks = columns.map(({ width }) => width).join(' ');
  const open = useOpening(props);
  const isLinked = to !== undefined || onOpen !== undefined;
  return (
    <div
      className="grid-table"
      ref={frame}
      style={{ maxHeight, minHeight: 160 }}
      role="table"
      aria-label={label}
      aria-rowcount={isMore ? -1 : items.length + 1}
      // What scrolls has to be reached by the keyboard (WCAG 2.1.1)
      tabIndex={0}
    >
      <div role="rowgroup" className="head">
        <div role="row" style={{ gridTemplateColumns: tracks }}>
          {columns.map((column) => (
            <Head key={column.title} column={column} sort={props.sort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className="body" style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, start, size }) => {
          const item = items[index]!;
          return (
            <Row
              key={keyOf(item)}
              item={item}
              columns={columns}
              tracks={tracks}
              place={index + 2}
              startPx={start}
              heightPx={size}
              onOpen={isLinked ? open : undefined}
            />
          );
        })}
      </div>
      {isLoading && <Loader size="xs" m="sm" aria-label="Loading more" />}
    </div>
  );
}

/** What a row opens, the same function for as long as the list is there, whatever the page is rendered with. */
function useOpening<Item>({ to, onOpen }: Pick<ListTableProps<Item>, 'to' | 'onOpen'>): (item: Item) => void {
  const navigate = useNavigate();
  const latest = useRef({ to, onOpen });
  useEffect(() => {
    latest.current = { to, onOpen };
  }, [to, onOpen]);
  return useCallback(
    (item) => {
      const { to, onOpen } = latest.current;
      if (to) void navigate({ to: to(item) as never });
      else onOpen?.(item);
    },
    [navigate],
  );
}

interface RowProps<Item> {
  item: Item;
  columns: readonly Column<Item>[];
  tracks: string;
  /** Among all rows, the heading being the first. */
  place: number;
  startPx: number;
  heightPx: number;
  onOpen: ((item: Item) => void) | undefined;
}

/** Each step of scrolling renders the list: rows that stay are left alone. */
const Row = memo(function Row<Item>(props: RowProps<Item>) {
  const { item, columns, tracks, place, startPx, heightPx, onOpen } = props;
  return (
    // For the keyboard the first cell holds a link or a button
    <div
      role="row"
      aria-rowindex={place}
      className={onOpen ? 'linked' : undefined}
      style={{
        gridTemplateColumns: tracks,
        position: 'absolute',
        insetInline: 0,
        height: heightPx,
        transform: `translateY(${startPx}px)`,
      }}
      onClick={onOpen && ((event) => openUnlessOnControl(event.target, () => onOpen(item)))}
    >
      {columns.map((column) => (
        <div key={column.title} role="cell">
          {column.show(item)}
        </div>
      ))}
    </div>
  );
}) as <Item>(props: RowProps<Item>) => ReactNode;

/** A click on a link or button of the row is that one's own, and so is marking text. */
function openUnlessOnControl(target: EventTarget, open: () => void): void {
  if (target instanceof Element && target.closest('a, button, input, [role=menuitem]')) return;
  if (getSelection()?.type === 'Range') return;
  open();
}

function Head<Item>({ column, sort }: { column: Column<Item>; sort: string | undefined }) {
  const [, change] = useAddress();
  const { title, sort: order } = column;
  if (order === undefined) return <div role="columnheader">{title}</div>;
  const isUp = sort === order;
  const isDown = sort === `-${order}`;
  const Icon = isUp ? IconArrowUp : isDown ? IconArrowDown : IconSelector;
  return (
    <div role="columnheader" aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <UnstyledButton
        className="sort"
        fz="inherit"
        onClick={() => change({ sort: isUp ? `-${order}` : order })}
      >
        {title} <Icon size={14} aria-hidden />
      </UnstyledButton>
    </div>
  );
}
