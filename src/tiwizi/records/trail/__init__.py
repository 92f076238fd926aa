"""The trail: every act of every person as one event in a chain, and the gate through which all acts go."""
