-- Analysts, and the flight board, also read the views beside the mirrors; their queries need a warehouse.
grant select on future views in schema CDC.RAW to role CDC_READER;
grant usage on warehouse COMPUTE_WH to role CDC_READER;
