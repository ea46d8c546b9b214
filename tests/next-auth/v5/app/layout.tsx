export { Shell as default } from '../../bench/shell'
