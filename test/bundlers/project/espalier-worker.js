import 'espalier/worker-script';
