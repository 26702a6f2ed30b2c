// One page of a PDF: its picture, its text to select and read aloud, and the marks of the quote.
import { TextLayer, type PDFDocumentProxy, type PDFPageProxy, type RenderTask } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { useEffect, useRef, useState } from 'preact/hooks';
import { messages } from '../../messages';
import type { Hit } from './find';

/** Greatest width of a picture, in pixels: more costs memory and shows nothing. */
const MAX_WIDTH = 3000;

export interface Size {
  width: number;
  height: number;
}

interface Props {
  pdf: PDFDocumentProxy;
  number: number;
  /** Size of the first page, taken for this one until it is known. */
  size: Size;
  hits: Hit[];
  /** Whether the quote begins here. */
  isFirstHit: boolean;
  /** Width of the page as a multiple of the width of its frame. */
  zoom: number;
}

interface Mark {
  top: number;
  left: number;
  width: number;
  height: number;
}

export function PdfPage({ pdf, number, size, hits, isFirstHit, zoom }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const isNear = useNear(place);
  const [known, setKnown] = useState(size);
  const [parts, setParts] = useState<HTMLElement[]>();
  const [marks, setMarks] = useState<Mark[]>([]);
  useScale(place, known.width);
  useEffect(() => {
    const frame = place.current;
    if (!isNear || frame === null) return undefined;
    const drawing = draw(pdf, number, frame, setKnown);
    drawing.done.then(setParts, () => undefined);
    return () => {
      drawing.stop();
      setParts(undefined);
    };
  }, [pdf, number, isNear, zoom]);
  useEffect(() => setMarks(parts && place.current ? marksOf(parts, hits, place.current) : []), [parts, hits]);
  const first = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isFirstHit) first.current?.scrollIntoView({ block: 'center', inline: 'center' });
  }, [marks, isFirstHit]);
  return (
    <div
      class="pdf-page"
      ref={place}
      data-page={number}
      role="group"
      aria-label={messages.source.page(number)}
      style={{ aspectRatio: `${known.width} / ${known.height}`, inlineSize: `${zoom * 100}%` }}
    >
      <div class="pdf-marks">
        {marks.map((mark, index) => (
          <mark
            key={index}
            ref={index === 0 ? first : null}
            style={{
              top: `${mark.top * 100}%`,
              left: `${mark.left * 100}%`,
              width: `${mark.width * 100}%`,
              height: `${mark.height * 100}%`,
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** Draws a page into a frame; the parts of its text are known when it is done. */
function draw(pdf: PDFDocumentProxy, number: number, frame: HTMLElement, sized: (size: Size) => void) {
  const canvas = document.createElement('canvas');
  const text = document.createElement('div');
  text.className = 'text-layer';
  let isStopped = false;
  let task: RenderTask | undefined;
  let page: PDFPageProxy | undefined;
  const run = async (): Promise<HTMLElement[]> => {
    page = await pdf.getPage(number);
    if (isStopped) throw new Error('stopped');
    const { width, height } = page.getViewport({ scale: 1 });
    sized({ width, height });
    const pixels = Math.min(frame.clientWidth * devicePixelRatio, MAX_WIDTH);
    const viewport = page.getViewport({ scale: pixels / width });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    canvas.setAttribute('aria-hidden', 'true');
    frame.prepend(canvas);
    frame.append(text);
    const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
    await layer.render();
    task = page.render({ canvas, viewport });
    task.promise.catch(() => undefined);
    return layer.textDivs;
  };
  const stop = () => {
    isStopped = true;
    task?.cancel();
    page?.cleanup();
    canvas.remove();
    text.remove();
    // Releases the memory of the picture at once.
    canvas.width = 0;
  };
  return { done: run(), stop };
}

/** Where the marked parts of the text are, as shares of the page. */
function marksOf(parts: HTMLElement[], hits: Hit[], frame: HTMLElement): Mark[] {
  const page = frame.getBoundingClientRect();
  return hits.flatMap(({ item, from, to }) => {
    const text = parts[item]?.firstChild;
    if (!(text instanceof Text) || to > text.length) return [];
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, to);
    const box = range.getBoundingClientRect();
    return [
      {
        top: (box.top - page.top) / page.height,
        left: (box.left - page.left) / page.width,
        width: box.width / page.width,
        height: box.height / page.height,
      },
    ];
  });
}

/** Whether an element is in view or about to be. */
function useNear(place: { current: HTMLElement | null }): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver((seen) => setNear(seen.at(-1)?.isIntersecting === true), {
      root: element.closest('.pdf'),
      rootMargin: '100% 0px',
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return isNear;
}

/** Keeps the text on the picture: both grow with the frame. */
function useScale(place: { current: HTMLElement | null }, width: number): void {
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const scale = () => element.style.setProperty('--total-scale-factor', String(element.clientWidth / width));
    scale();
    const observer = new ResizeObserver(scale);
    observer.observe(element);
    return () => observer.disconnect();
  }, [width]);
}
