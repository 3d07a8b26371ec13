// What of a page's looks a machine can judge: whether it fits, and whether its texts can be read. The scripts run in the page,
// and are texts because the rest of the program knows no document.

import type { Page } from 'playwright-core';

/** Elements that reach over the right edge of the window. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 100));
  })()`);
}

/**
 * Texts with less contrast than WCAG 2.2 asks for (1.4.3: 4.5, large text 3), and edges of fields with less than 3 (1.4.11).
 * Only plain colours are looked at: pages with pictures behind text need eyes.
 */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const read = (color) => {
      const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
      return { rgb: [r, g, b], a };
    };
    const over = (top, under) => top.rgb.map((part, i) => part * top.a + under[i] * (1 - top.a));
    const backdrop = (element) => {
      if (!element) return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
      const own = read(getComputedStyle(element).backgroundColor);
      return own.a === 1 ? own.rgb : over(own, backdrop(element.parentElement));
    };
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
      const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const found = [];
    for (const element of document.querySelectorAll('body *')) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const style = getComputedStyle(element);
      const behind = backdrop(element);
      const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
      const isField = element.matches('input:not([type=hidden]), textarea, select');
      if (says || isField) {
        const points = parseFloat(style.fontSize) * 0.75;
        const least = points >= 18 || (points >= 14 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
        const ratio = contrast(over(read(style.color), behind), behind);
        if (ratio < least) found.push(ratio.toFixed(2) + ' text: ' + element.outerHTML.slice(0, 90));
      }
      if (isField) {
        const around = backdrop(element.parentElement);
        const ratio = contrast(over(read(style.borderTopColor), around), around);
        if (ratio < 3) found.push(ratio.toFixed(2) + ' edge: ' + element.outerHTML.slice(0, 90));
      }
    }
    return found;
  })()`);
}

/** Ids, ports and times are other ones each time; in a picture they stand for themselves. */
export async function steady(page: Page, url: string): Promise<void> {
  await page.evaluate(`(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      texts.currentNode.data = texts.currentNode.data
        .replaceAll('${url}', 'https://bifrost.example')
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '01935f3a-6c00-7000-8000-0123456789ab')
        .replace(/\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ/g, '2026-11-25 09:00:00Z')
        .replace(/^1\\d{9}$/, '1764061200')
        .replace(/^"[\\w-]{22,}"$|^"0\\.[0-9a-f]{8}\\."$/, '"..."')
        .replace(/\\b(?:127\\.0\\.0\\.1|localhost):\\d+/g, 'login.example');
    }
    document.activeElement?.blur();
  })()`);
}

/** The page in that scheme, when the colours that go over from one to the other have arrived: what axe reads is what people see. */
export async function inScheme(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor({ state: 'attached' });
  // One that is given up for another rejects.
  await page.evaluate(`Promise.allSettled(
    document.getAnimations().flatMap((one) => (one instanceof CSSTransition ? [one.finished] : [])),
  ).then(() => undefined)`);
  // What the browser draws itself: the calendar of a date, scroll bars.
  const native = await page.evaluate<string>('getComputedStyle(document.documentElement).colorScheme');
  if (native !== scheme) throw new Error(`the page is ${scheme}, and what the browser draws in it ${native}`);
}
