-- Where the mirror of the flight tables lives.
create database if not exists CDC;
create schema if not exists CDC.RAW;
