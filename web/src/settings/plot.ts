// The library that draws charts, with its style; loaded when a chart is first shown.
import 'uplot/dist/uPlot.min.css';

export { default as UPlot } from 'uplot';
