// Text that arrives in pieces, shown once a frame however fast they come.

export function pacedText(show: (text: string) => void) {
  let text = '';
  let isScheduled = false;
  let isOpen = false;
  const flush = () => {
    if (isOpen) show(text);
    isOpen = false;
  };
  return {
    add(more: string) {
      text += more;
      isOpen = true;
      if (isScheduled) return;
      isScheduled = true;
      // A hidden page draws no frames.
      const draw = () => {
        isScheduled = false;
        if (isOpen) show(text);
      };
      if (document.hidden) setTimeout(draw, 50);
      else requestAnimationFrame(draw);
    },
    end() {
      isOpen = false;
    },
    flush,
    isOpen: () => isOpen,
  };
}
